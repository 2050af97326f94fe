using Platform.HealthMonitor.Alerts;
using Platform.Storage;

namespace Platform.HealthMonitor.ReadModel;

/// <summary>The present state of everything, from one moment.</summary>
internal sealed record PlatformSnapshot
{
    public required IReadOnlyList<ApplicationRow> Applications { get; init; }

    public required IReadOnlyList<ReplicaRow> Replicas { get; init; }

    /// <summary>The rollouts under way and each application's newest one.</summary>
    public required IReadOnlyList<RolloutRow> Rollouts { get; init; }

    public required IReadOnlyList<ServiceRow> Services { get; init; }

    public required IReadOnlyList<AlertRow> ActiveAlerts { get; init; }

    public static async Task<PlatformSnapshot> ReadAsync(Reader reader) => new()
    {
        Applications = await reader.QueryAsync<ApplicationRow>("SELECT * FROM applications WHERE removed = 0 ORDER BY name"),
        Replicas = await reader.QueryAsync<ReplicaRow>("SELECT * FROM replicas WHERE state NOT IN ('stopped', 'failed') ORDER BY id"),
        Rollouts = await reader.QueryAsync<RolloutRow>(
            "SELECT * FROM rollouts r WHERE r.started_at = (SELECT MAX(n.started_at) FROM rollouts n WHERE n.application = r.application) ORDER BY r.application"),
        Services = await reader.QueryAsync<ServiceRow>("SELECT * FROM services ORDER BY service, instance"),
        ActiveAlerts = await AlertStore.ActiveAsync(reader),
    };
}
