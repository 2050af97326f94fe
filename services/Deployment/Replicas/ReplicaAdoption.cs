using Platform.Storage;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Replicas;

/// <summary>
/// Finds what runs, by marker, and squares it with what is recorded. A process whose row wants it is taken over; one that no row
/// wants is stopped; an intent without a process is tried again, under a new generation, so that a late sibling is recognised.
/// </summary>
internal sealed partial class ReplicaAdoption(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    IEnumerable<IReplicaRuntime> runtimes,
    ReplicaOperations operations,
    IReplicaPorts ports,
    TimeProvider time,
    ILogger<ReplicaAdoption> log)
{
    /// <summary>After the right to act was taken: squares everything, before anything new is started.</summary>
    public async Task AdoptAsync(Lease lease, string owner, CancellationToken ct)
    {
        await SweepAsync(lease, owner, ct);
        await database.TransactAsync(
            async tx =>
            {
                await lease.AssertHeldAsync(tx);
                var rows = await tx.LiveReplicasAsync();
                var taken = rows.Select(r => r.Port).ToHashSet();
                foreach (var row in rows.Where(r => r is { Instance: null, Phase: ReplicaState.Starting }))
                {
                    var port = ports.Next(taken);
                    taken.Add(port);
                    await tx.RetryAsync(row.Id, port);
                    LogRetried(log, row.Id);
                }
            },
            ct);
    }

    /// <summary>Takes over what is ours, stops what is nobody's.</summary>
    public async Task SweepAsync(Lease lease, string owner, CancellationToken ct)
    {
        foreach (var runtime in runtimes)
        {
            foreach (var found in await FindAsync(runtime, owner, ct))
            {
                if (operations.IsBusy(found.Id)) continue;
                var wanted = await database.TransactAsync(
                    async tx =>
                    {
                        await lease.AssertHeldAsync(tx);
                        var row = await tx.ReplicaAsync(found.Id);
                        if (row is null || row.Phase.IsEnd() || row.Generation != found.Generation) return operations.IsBusy(found.Id);
                        if (row.Instance is null) return await tx.RecordStartAsync(found, time.GetUtcNow());
                        return row.Instance == found.Instance;
                    },
                    ct);
                if (wanted) continue;
                LogOrphan(log, found.Id, found.Generation, found.Instance);
                await runtime.StopAsync(found, TimeSpan.Zero, ct);
            }
        }
    }

    /// <summary>What a runtime has of ours. One that does not answer keeps nobody from the others' replicas; its own are looked for again soon.</summary>
    private async Task<IReadOnlyList<ReplicaHandle>> FindAsync(IReplicaRuntime runtime, string owner, CancellationToken ct)
    {
        try
        {
            return await runtime.FindAsync(owner, ct);
        }
        catch (RuntimeUnavailableException away)
        {
            LogAway(log, runtime.Name, away.Message);
            return [];
        }
    }

    /// <summary>The name under which this service's processes are found again: made once, kept with its data.</summary>
    public Task<string> OwnerAsync(CancellationToken ct) => database.TransactAsync(
        async tx =>
        {
            if (await tx.FirstOrDefaultAsync<string>("SELECT id FROM owner") is { } known) return known;
            var made = Guid.NewGuid().ToString("N");
            await tx.ExecuteAsync("INSERT INTO owner (id) VALUES (@made)", new { made });
            return made;
        },
        ct);

    [LoggerMessage(3, LogLevel.Warning, "Replicas of the runtime {Runtime} cannot be looked for at the moment: {Reason}")]
    private static partial void LogAway(ILogger log, string runtime, string reason);

    [LoggerMessage(1, LogLevel.Information, "No process of replica {Replica} was found; it is started again")]
    private static partial void LogRetried(ILogger log, string replica);

    [LoggerMessage(2, LogLevel.Warning, "{Instance} carries the marker of {Replica}, generation {Generation}, which nobody wants; it is stopped")]
    private static partial void LogOrphan(ILogger log, string replica, long generation, string instance);
}
