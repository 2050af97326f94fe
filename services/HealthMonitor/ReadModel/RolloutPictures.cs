using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.HealthMonitor.ReadModel;

/// <summary>What a rollout is drawn from: its course, and the judge's evidence over time. Only each application's newest rollout keeps its evidence.</summary>
internal static class RolloutPictures
{
    /// <summary>Points kept of a rollout; the deployment service sends a few hundred.</summary>
    private const int Most = 1_000;

    /// <summary>Shown, but no news: the steps and the end are.</summary>
    public static async Task<bool> TakeAsync(Transaction transaction, RolloutProgressed e)
    {
        await transaction.ExecuteAsync(
            """
            UPDATE rollouts SET course = @course, progressed_at = @At,
                state = CASE WHEN ended_at IS NULL THEN @State ELSE state END, message = CASE WHEN ended_at IS NULL THEN @Message ELSE message END
            WHERE id = @CorrelationId AND (progressed_at IS NULL OR progressed_at <= @At)
            """,
            new { e.CorrelationId, e.State, e.Message, e.At, course = JsonSerializer.Serialize(e.Course, PlatformJson.Options) });
        if (e.Course.Evidence is not { } evidence) return false;
        await transaction.ExecuteAsync(
            "INSERT INTO rollout_evidence (rollout, at, content) VALUES (@CorrelationId, @At, @content) ON CONFLICT (rollout, at) DO NOTHING",
            new { e.CorrelationId, evidence.At, content = JsonSerializer.Serialize(evidence, PlatformJson.Options) });
        await transaction.ExecuteAsync(
            """
            DELETE FROM rollout_evidence WHERE rollout = @CorrelationId
              AND at <= (SELECT at FROM rollout_evidence WHERE rollout = @CorrelationId ORDER BY at DESC LIMIT 1 OFFSET @Most)
            """,
            new { e.CorrelationId, Most });
        return false;
    }

    /// <summary>Drops the evidence of an application's other rollouts.</summary>
    public static Task ForgetAsync(Transaction transaction, string application, Guid except) => transaction.ExecuteAsync(
        "DELETE FROM rollout_evidence WHERE rollout IN (SELECT id FROM rollouts WHERE application = @application AND id <> @except)", new { application, except });

    /// <summary>A rollout's evidence, oldest first; null: there is no such rollout.</summary>
    public static async Task<IReadOnlyList<EvidenceView>?> EvidenceAsync(Reader reader, Guid rollout)
    {
        if (await reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM rollouts WHERE id = @rollout", new { rollout }) == 0) return null;
        return [.. (await reader.QueryAsync<string>("SELECT content FROM rollout_evidence WHERE rollout = @rollout ORDER BY at", new { rollout }))
            .Select(content => JsonSerializer.Deserialize<EvidenceView>(content, PlatformJson.Options)!)];
    }
}
