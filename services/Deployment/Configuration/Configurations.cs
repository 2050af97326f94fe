using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Deployment.Configuration;

/// <summary>The configuration's versions in the module's database. Version 0 is what is built in: it holds until somebody changes something.</summary>
internal sealed class Configurations(IOptions<DeploymentOptions> options, TimeProvider time)
{
    private const int Kept = 64;
    private const string Columns = "version, content, at, who, reason";

    /// <summary>A version's text never changes, so each is read once; rollouts ask twice a second.</summary>
    private readonly ConcurrentDictionary<(long Version, string Content), DeploymentConfiguration> _read = [];

    /// <summary>What holds now.</summary>
    public async Task<ConfigurationVersion> CurrentAsync(Reader reader) =>
        await reader.FirstOrDefaultAsync<ConfigurationRow>($"SELECT {Columns} FROM configurations ORDER BY version DESC LIMIT 1") is { } row ? Read(row) : BuiltIn();

    /// <summary>A version; null: there is none of this number.</summary>
    public async Task<ConfigurationVersion?> FindAsync(Reader reader, long version)
    {
        if (version == 0) return BuiltIn();
        return await reader.FirstOrDefaultAsync<ConfigurationRow>($"SELECT {Columns} FROM configurations WHERE version = @version", new { version }) is { } row ? Read(row) : null;
    }

    /// <summary>Versions, newest first, the built-in one last.</summary>
    /// <param name="reader">The database.</param>
    /// <param name="before">Only earlier ones.</param>
    /// <param name="take">At most so many.</param>
    public async Task<IReadOnlyList<ConfigurationVersion>> VersionsAsync(Reader reader, long before, int take)
    {
        var rows = await reader.QueryAsync<ConfigurationRow>(
            $"SELECT {Columns} FROM configurations WHERE version < @before ORDER BY version DESC LIMIT @take", new { before, take });
        return rows.Count < take && before > 0 ? [.. rows.Select(Read), BuiltIn()] : [.. rows.Select(Read)];
    }

    /// <summary>Makes the next version.</summary>
    /// <returns>It; null: another one was made at the same moment.</returns>
    public async Task<ConfigurationVersion?> SaveAsync(Transaction tx, ConfigurationVersion before, DeploymentConfiguration configuration, string by, string reason)
    {
        var row = new ConfigurationRow
        {
            Version = before.Version + 1,
            Content = JsonSerializer.Serialize(configuration, PlatformJson.Options),
            At = time.GetUtcNow(),
            Who = by,
            Reason = reason,
        };
        var made = await tx.ExecuteAsync(
            "INSERT INTO configurations (version, content, at, who, reason) VALUES (@Version, @Content, @At, @Who, @Reason) ON CONFLICT (version) DO NOTHING",
            new { row.Version, row.Content, row.At, row.Who, row.Reason });
        // What waits for the end of a freeze may have nothing to wait for any more.
        if (made == 1) await tx.ExecuteAsync("UPDATE rollouts SET due_at = @At WHERE state = 'queued' AND ended_at IS NULL AND due_at > @At", new { row.At });
        return made == 1 ? Read(row) : null;
    }

    private ConfigurationVersion BuiltIn() => new()
    {
        Version = 0,
        By = "platform",
        Reason = "built in",
        Configuration = new DeploymentConfiguration { RollbackWindow = options.Value.RollbackWindow },
    };

    private ConfigurationVersion Read(ConfigurationRow row)
    {
        if (_read.Count >= Kept) _read.Clear();
        return new ConfigurationVersion
        {
            Version = row.Version,
            At = row.At,
            By = row.Who,
            Reason = row.Reason,
            Configuration = _read.GetOrAdd((row.Version, row.Content), key => JsonSerializer.Deserialize<DeploymentConfiguration>(key.Content, PlatformJson.Options)!),
        };
    }

    private sealed record ConfigurationRow
    {
        public required long Version { get; init; }
        public required string Content { get; init; }
        public required DateTimeOffset At { get; init; }
        public required string Who { get; init; }
        public required string Reason { get; init; }
    }
}

/// <summary>A version of the configuration.</summary>
internal sealed record ConfigurationVersion
{
    /// <summary>Its number; 0: what is built in.</summary>
    public required long Version { get; init; }
    /// <summary>When it was made; null: it is built in.</summary>
    public DateTimeOffset? At { get; init; }
    /// <summary>Who made it.</summary>
    public required string By { get; init; }
    /// <summary>Why.</summary>
    public required string Reason { get; init; }
    /// <summary>What it says.</summary>
    public required DeploymentConfiguration Configuration { get; init; }
}
