using System.Text.Json;
using Platform.Contracts.Scaling;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.HealthMonitor.ReadModel;

/// <summary>What the scaling of each application is drawn from: the newest picture of each.</summary>
internal static class ScalingPictures
{
    /// <summary>Shown, but no news: what was scaled is.</summary>
    public static async Task<bool> TakeAsync(Transaction transaction, ScalingProgressed e)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO scaling_pictures (application, at, picture) VALUES (@Application, @At, @picture)
            ON CONFLICT (application) DO UPDATE SET at = excluded.at, picture = excluded.picture WHERE scaling_pictures.at < excluded.at
            """,
            new { e.Application, e.At, picture = JsonSerializer.Serialize(e, PlatformJson.Options) });
        return false;
    }

    public static Task ForgetAsync(Transaction transaction, string application) =>
        transaction.ExecuteAsync("DELETE FROM scaling_pictures WHERE application = @application", new { application });

    /// <summary>The pictures that are newer, oldest first, of one application or of all that there still are.</summary>
    public static async Task<IReadOnlyList<ScalingProgressed>> AfterAsync(Reader reader, DateTimeOffset after, string? application = null) =>
    [
        .. (await reader.QueryAsync<string>(
            """
            SELECT picture FROM scaling_pictures WHERE at > @after AND (@application IS NULL OR application = @application)
              AND application IN (SELECT name FROM applications WHERE removed = 0) ORDER BY at
            """,
            new { after, application })).Select(picture => JsonSerializer.Deserialize<ScalingProgressed>(picture, PlatformJson.Options)!),
    ];
}
