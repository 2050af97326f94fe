using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.Anomalies;
using Platform.Contracts.Deployments;
using Platform.Contracts.Experiments;
using Platform.Contracts.Health;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Contracts.Traffic;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.HealthMonitor.ReadModel;

/// <summary>
/// Turns events into the present state. Events may be repeated and may overtake each other: every statement takes only what is
/// newer than what it has. Each answers whether the event told something new, which is what the log keeps.
/// </summary>
internal static class Projection
{
    public static async Task<bool> ApplyAsync(Transaction transaction, IEvent happened)
    {
        if (happened is ServiceReported report) return await ServiceAsync(transaction, report);
        if (happened is AlertRaised or AlertResolved or AnomalyDetected or AnomalyEnded or ExperimentStarted or ExperimentEnded) return true;
        if (happened is not (ApplicationRemoved or ScalingProgressed)) await EnsureAsync(transaction, happened);
        return happened switch
        {
            RolloutStarted e => await StartedAsync(transaction, e),
            RolloutStepCompleted e => await StepAsync(transaction, e),
            RolloutProgressed e => await RolloutPictures.TakeAsync(transaction, e),
            DeploymentCompleted e => await EndedAsync(transaction, e, "completed", "It serves everything.", e.Revision),
            DeploymentFailed e => await EndedAsync(transaction, e, "failed", e.Reason, null),
            DeploymentRolledBack e => await EndedAsync(transaction, e, "rolledBack", e.Reason, e.StableRevision),
            ApplicationScaled e => await ScaledAsync(transaction, e),
            ScalingProgressed e => await ScalingPictures.TakeAsync(transaction, e),
            ReplicaCreated e => await CreatedAsync(transaction, e),
            ReplicaStarted e => await ReplicaAsync(transaction, e, e.Replica, e.Revision, "ready", null, e.Address.ToString(), e.At - e.StartupDuration, e.Restarts),
            ReplicaUnhealthy e => await ReplicaAsync(transaction, e, e.Replica, e.Revision, "unhealthy", e.Reason, null, null),
            ReplicaStopped e => await ReplicaAsync(transaction, e, e.Replica, e.Revision, e.Expected ? "stopped" : "failed", e.ExitCode is { } code ? $"exit code {code}" : null, null, null),
            ReplicaDrained e => await DrainedAsync(transaction, e),
            TrafficShifted e => await ShiftedAsync(transaction, e),
            TrafficNotShifted e => await NotShiftedAsync(transaction, e),
            ApplicationRemoved e => await RemovedAsync(transaction, e),
            _ => true,
        };
    }

    private static Task EnsureAsync(Transaction transaction, IEvent happened) => transaction.ExecuteAsync(
        """
        INSERT INTO applications (name, wanted, scaled_at, weights, generation, removed, changed_at)
        VALUES (@Application, 0, @never, '{}', 0, 0, @At)
        ON CONFLICT (name) DO UPDATE SET removed = 0, changed_at = excluded.changed_at WHERE applications.changed_at < excluded.changed_at
        """,
        new { happened.Application, happened.At, never = DateTimeOffset.UnixEpoch });

    private static async Task<bool> StartedAsync(Transaction transaction, RolloutStarted e)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO rollouts (id, application, revision, stable_revision, strategy, requested_by, state, message, started_at)
            VALUES (@CorrelationId, @Application, @Revision, @StableRevision, @Strategy, @RequestedBy, 'started', 'It has begun.', @At)
            ON CONFLICT (id) DO NOTHING
            """,
            new { e.CorrelationId, e.Application, e.Revision, e.StableRevision, e.Strategy, e.RequestedBy, e.At });
        await RolloutPictures.ForgetAsync(transaction, e.Application, except: e.CorrelationId);
        var running = await transaction.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM rollouts WHERE id = @CorrelationId AND ended_at IS NULL", new { e.CorrelationId });
        if (running == 0) return true;
        await transaction.ExecuteAsync(
            """
            UPDATE applications SET rollout = @CorrelationId, stable_revision = COALESCE(stable_revision, @StableRevision),
                wanted = CASE WHEN wanted = 0 AND scaled_at = @never THEN @min ELSE wanted END
            WHERE name = @Application
            """,
            // A first rollout starts a replica even where none would do later; one that rests was told to, and is until it is told otherwise.
            new { e.CorrelationId, e.StableRevision, e.Application, never = DateTimeOffset.UnixEpoch, min = Math.Max(1, e.Scaling?.Min ?? 1) });
        return true;
    }

    private static async Task<bool> StepAsync(Transaction transaction, RolloutStepCompleted e)
    {
        await transaction.ExecuteAsync(
            "UPDATE rollouts SET state = @Step, message = @Message WHERE id = @CorrelationId AND ended_at IS NULL AND course IS NULL", new { e.Step, e.Message, e.CorrelationId });
        return true;
    }

    private static async Task<bool> EndedAsync(Transaction transaction, IEvent e, string state, string message, string? serves)
    {
        // A rollout whose start has not been seen yet gets its row here, so that the start finds it ended.
        await transaction.ExecuteAsync(
            """
            INSERT INTO rollouts (id, application, revision, strategy, requested_by, state, message, started_at, ended_at)
            VALUES (@CorrelationId, @Application, '', '', '', @state, @message, @At, @At)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, message = excluded.message, ended_at = excluded.ended_at
            """,
            new { e.CorrelationId, e.Application, state, message, e.At });
        await transaction.ExecuteAsync(
            "UPDATE applications SET rollout = NULL, stable_revision = COALESCE(@serves, stable_revision) WHERE name = @Application AND (rollout = @CorrelationId OR rollout IS NULL)",
            new { serves, e.Application, e.CorrelationId });
        return true;
    }

    private static async Task<bool> ScaledAsync(Transaction transaction, ApplicationScaled e)
    {
        await transaction.ExecuteAsync(
            "UPDATE applications SET wanted = @To, scaled_at = @At WHERE name = @Application AND scaled_at <= @At", new { e.To, e.At, e.Application });
        return true;
    }

    /// <summary>Shown, but no news: whether it starts is.</summary>
    private static async Task<bool> CreatedAsync(Transaction transaction, ReplicaCreated e)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO replicas (id, application, revision, state, restarts, changed_at)
            VALUES (@Replica, @Application, @Revision, 'starting', @Restarts, @At)
            ON CONFLICT (id) DO NOTHING
            """,
            new { e.Replica, e.Application, e.Revision, e.Restarts, e.At });
        return false;
    }

    private static async Task<bool> ReplicaAsync(Transaction transaction, IEvent e, string id, string revision, string state, string? reason, string? address, DateTimeOffset? startedAt, int restarts = 0)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO replicas (id, application, revision, state, address, reason, started_at, restarts, changed_at)
            VALUES (@id, @Application, @revision, @state, @address, @reason, @startedAt, @restarts, @At)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, changed_at = excluded.changed_at,
                address = COALESCE(excluded.address, replicas.address), started_at = COALESCE(excluded.started_at, replicas.started_at),
                restarts = CASE WHEN excluded.restarts > replicas.restarts THEN excluded.restarts ELSE replicas.restarts END
            WHERE replicas.changed_at <= excluded.changed_at AND replicas.state <> 'stopped'
            """,
            new { id, e.Application, revision, state, address, reason, startedAt, restarts, e.At });
        await transaction.ExecuteAsync("DELETE FROM replicas WHERE state IN ('stopped', 'failed') AND changed_at < @old", new { old = e.At - TimeSpan.FromHours(1) });
        return true;
    }

    private static async Task<bool> DrainedAsync(Transaction transaction, ReplicaDrained e) => await transaction.ExecuteAsync(
        "UPDATE replicas SET state = 'draining', changed_at = @At WHERE id = @Replica AND state IN ('ready', 'unhealthy')", new { e.Replica, e.At }) > 0;

    /// <summary>The gateway repeats what it routes by; only a newer table is news.</summary>
    private static async Task<bool> ShiftedAsync(Transaction transaction, TrafficShifted e) => await transaction.ExecuteAsync(
        "UPDATE applications SET weights = @weights, generation = @Generation WHERE name = @Application AND generation < @Generation",
        new { weights = JsonSerializer.Serialize(e.Weights, PlatformJson.Options), e.Generation, e.Application }) > 0;

    /// <summary>It is told again every few seconds; only the first time is news.</summary>
    private static async Task<bool> NotShiftedAsync(Transaction transaction, TrafficNotShifted e) => await transaction.ExecuteAsync(
        "UPDATE applications SET refused_generation = @Generation WHERE name = @Application AND refused_generation < @Generation", new { e.Generation, e.Application }) > 0;

    private static async Task<bool> RemovedAsync(Transaction transaction, ApplicationRemoved e)
    {
        await transaction.ExecuteAsync(
            "UPDATE applications SET removed = 1, wanted = 0, rollout = NULL, stable_revision = NULL, weights = '{}', changed_at = @At WHERE name = @Application", new { e.Application, e.At });
        await transaction.ExecuteAsync("DELETE FROM replicas WHERE application = @Application", new { e.Application });
        await RolloutPictures.ForgetAsync(transaction, e.Application, except: Guid.Empty);
        await ScalingPictures.ForgetAsync(transaction, e.Application);
        return true;
    }

    private static async Task<bool> ServiceAsync(Transaction transaction, ServiceReported e)
    {
        var instance = e.CorrelationId.ToString("D");
        var before = await transaction.FirstOrDefaultAsync<ServiceRow>("SELECT * FROM services WHERE service = @Service AND instance = @instance", new { e.Service, instance });
        if (before is not null && before.ReportedAt > e.At) return false;
        var waitingFor = JsonSerializer.Serialize(e.WaitingFor, PlatformJson.Options);

        // The same service at the same address with a new instance is a restart: the old one is not down, it is gone.
        await transaction.ExecuteAsync(
            "DELETE FROM services WHERE service = @Service AND address = @address AND instance <> @instance AND reported_at <= @At",
            new { e.Service, address = e.Address.ToString(), instance, e.At });
        await transaction.ExecuteAsync(
            """
            INSERT INTO services (instance, service, address, version, ready, waiting_for, report_interval, reported_at, since)
            VALUES (@instance, @Service, @address, @Version, @Ready, @waitingFor, @Interval, @At, @At)
            ON CONFLICT (service, instance) DO UPDATE SET ready = excluded.ready, waiting_for = excluded.waiting_for,
                report_interval = excluded.report_interval, reported_at = excluded.reported_at
            """,
            new { instance, e.Service, address = e.Address.ToString(), e.Version, e.Ready, waitingFor, e.Interval, e.At });
        return before is null || before.Ready != e.Ready;
    }
}
