using Platform.Storage;

namespace Platform.Hosting.Health;

/// <summary>A module's database.</summary>
internal sealed class DatabaseReadiness(string module, Database database) : IReadinessCheck
{
    public string Name => "database";

    public string? Module => module;

    public ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken) => ValueTask.FromResult(database.WaitingFor);
}
