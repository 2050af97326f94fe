using Platform.Contracts.Replicas;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Replicas;

/// <summary>Moves a replica to its next state and tells everybody, in one transaction.</summary>
internal sealed class ReplicaEvents(Facts facts, TimeProvider time)
{
    /// <summary>A start that lasted this long ends a row of failures.</summary>
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(30);

    /// <summary>It is to be started.</summary>
    public async Task CreatedAsync(Transaction tx, string id, string application, string revision, int port, int restarts)
    {
        var now = time.GetUtcNow();
        await tx.IntendAsync(id, application, revision, port, restarts, now);
        await tx.PublishAsync(new ReplicaCreated { Application = application, At = now, CorrelationId = Correlation(id), Replica = id, Revision = revision, Restarts = restarts });
    }

    /// <summary>It has passed its first check.</summary>
    public async Task ReadyAsync(Transaction tx, ReplicaRow row)
    {
        var now = time.GetUtcNow();
        if (!await tx.MoveAsync(row.Id, ReplicaState.Starting, ReplicaState.Ready, null, now)) return;
        await tx.PublishAsync(new ReplicaStarted
        {
            Application = row.Application,
            At = now,
            CorrelationId = Correlation(row.Id),
            Replica = row.Id,
            Revision = row.Revision,
            Address = new Uri(row.Address!),
            StartupDuration = now - (row.StartedAt ?? row.CreatedAt),
            Restarts = row.Restarts,
        });
        await facts.ChangedAsync(tx, row.Application);
    }

    /// <summary>It fails its checks.</summary>
    public async Task UnhealthyAsync(Transaction tx, ReplicaRow row, string finding)
    {
        var now = time.GetUtcNow();
        if (!await tx.MoveAsync(row.Id, ReplicaState.Ready, ReplicaState.Unhealthy, finding, now)) return;
        await PublishUnhealthyAsync(tx, row, finding, now);
        await facts.ChangedAsync(tx, row.Application);
    }

    /// <summary>It passes them again.</summary>
    public async Task RecoveredAsync(Transaction tx, ReplicaRow row)
    {
        if (await tx.MoveAsync(row.Id, ReplicaState.Unhealthy, ReplicaState.Ready, null, time.GetUtcNow()))
            await facts.ChangedAsync(tx, row.Application);
    }

    /// <summary>It has ended. One that was leaving has stopped; any other has failed, and its revision waits a little longer each time.</summary>
    public async Task EndedAsync(Transaction tx, ReplicaRow row, int? exitCode, string finding)
    {
        var now = time.GetUtcNow();
        var expected = await tx.MoveAsync(row.Id, ReplicaState.Draining, ReplicaState.Stopped, null, now);
        if (!expected)
        {
            if (!await tx.MoveAsync(row.Id, row.Phase, ReplicaState.Failed, finding, now)) return;
            var steady = row.ReadyAt is { } ready && now - ready >= Steady;
            await BackOffAsync(tx, row, steady, now);
            if (row.ReadyAt is not null) await PublishUnhealthyAsync(tx, row, finding, now);
        }

        await tx.ExecuteAsync("UPDATE replicas SET exit_code = @exitCode WHERE id = @Id", new { row.Id, exitCode });
        await tx.PublishAsync(new ReplicaStopped
        {
            Application = row.Application,
            At = now,
            CorrelationId = Correlation(row.Id),
            Replica = row.Id,
            Revision = row.Revision,
            ExitCode = exitCode,
            Expected = expected,
        });
        await facts.ChangedAsync(tx, row.Application);
    }

    private static async Task BackOffAsync(Transaction tx, ReplicaRow row, bool steady, DateTimeOffset now)
    {
        var failures = steady ? 1 : 1 + await tx.FirstOrDefaultAsync<int>(
            "SELECT failures FROM targets WHERE application = @Application AND revision = @Revision", new { row.Application, row.Revision });
        await tx.ExecuteAsync(
            "UPDATE targets SET failures = @failures, next_start_at = @next WHERE application = @Application AND revision = @Revision",
            new { row.Application, row.Revision, failures, next = now + ReplicaPlanner.BackOff(failures) });
    }

    private static Task PublishUnhealthyAsync(Transaction tx, ReplicaRow row, string finding, DateTimeOffset now) => tx.PublishAsync(new ReplicaUnhealthy
    {
        Application = row.Application,
        At = now,
        CorrelationId = Correlation(row.Id),
        Replica = row.Id,
        Revision = row.Revision,
        Reason = finding,
    });

    /// <summary>All events of one replica belong together: its id, as a GUID.</summary>
    private static Guid Correlation(string id) =>
        new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));
}
