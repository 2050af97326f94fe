using System.Text.Json;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Autoscaler.Policies;

/// <summary>Policies and every version they ever had.</summary>
internal static class PolicyStore
{
    private const string Columns = "name, version, policy, deleted, at, made_by, reason";

    /// <summary>The newest version of each, deleted ones left out.</summary>
    public static async Task<IReadOnlyList<ScalingPolicyView>> CurrentAsync(Reader reader) =>
        Views(await reader.QueryAsync<PolicyRow>($"SELECT {Columns} FROM policies p WHERE deleted = 0 AND version = (SELECT MAX(version) FROM policies WHERE name = p.name) ORDER BY name"));

    /// <summary>The newest version, deleted or not; null: there never was one.</summary>
    public static async Task<ScalingPolicyView?> FindAsync(Reader reader, string name) =>
        Views(await reader.QueryAsync<PolicyRow>($"SELECT {Columns} FROM policies WHERE name = @name ORDER BY version DESC LIMIT 1", new { name })) is [var newest] ? newest : null;

    public static async Task<ScalingPolicyView?> VersionAsync(Reader reader, string name, long version) =>
        Views(await reader.QueryAsync<PolicyRow>($"SELECT {Columns} FROM policies WHERE name = @name AND version = @version", new { name, version })) is [var found] ? found : null;

    public static async Task<IReadOnlyList<ScalingPolicyView>> VersionsAsync(Reader reader, string name, long before, int limit) =>
        Views(await reader.QueryAsync<PolicyRow>($"SELECT {Columns} FROM policies WHERE name = @name AND version < @before ORDER BY version DESC LIMIT @limit", new { name, before, limit }));

    /// <summary>Adds a version. Two who add the same one at a time: the second fails and, tried again, sees the first.</summary>
    public static Task AddAsync(Transaction transaction, ScalingPolicyView view) => transaction.ExecuteAsync(
        $"INSERT INTO policies ({Columns}) VALUES (@Name, @Version, @policy, @Deleted, @At, @By, @Reason)",
        new { view.Name, view.Version, policy = JsonSerializer.Serialize(view.Policy, PlatformJson.Options), view.Deleted, view.At, view.By, view.Reason });

    private static IReadOnlyList<ScalingPolicyView> Views(IEnumerable<PolicyRow> rows) => [.. rows.Select(row => row.View())];

    internal sealed record PolicyRow
    {
        public string Name { get; init; } = "";

        public long Version { get; init; }

        public string Policy { get; init; } = "";

        public bool Deleted { get; init; }

        public DateTimeOffset At { get; init; }

        public string MadeBy { get; init; } = "";

        public string? Reason { get; init; }

        public ScalingPolicyView View()
        {
            try
            {
                var policy = JsonSerializer.Deserialize<ScalingPolicySpec>(Policy, PlatformJson.Options)!;
                return Of(policy, PolicyEffect.Explain(policy));
            }
            catch (JsonException unreadable)
            {
                // One that cannot be read holds nothing up, and nothing.
                return Of(new ScalingPolicySpec { Enabled = false }, [$"It cannot be read and does not hold: {unreadable.Message} Set it again."]);
            }
        }

        private ScalingPolicyView Of(ScalingPolicySpec policy, IReadOnlyList<string> meaning) =>
            new() { Name = Name, Version = Version, At = At, By = MadeBy, Reason = Reason, Deleted = Deleted, Policy = policy, Meaning = meaning };
    }
}
