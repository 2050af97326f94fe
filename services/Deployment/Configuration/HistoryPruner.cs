using Platform.Storage;

namespace Platform.Deployment.Configuration;

/// <summary>
/// Forgets history that is older than the configuration's retention. Kept whatever its age: what has not ended, and the last completed
/// rollout of each revision, by which the rollback window knows it.
/// </summary>
internal sealed partial class HistoryPruner(
    [FromKeyedServices(DeploymentModule.Name)] Database database, Configurations configurations, TimeProvider time, ILogger<HistoryPruner> log) : BackgroundService
{
    /// <summary>At most so many rows of a kind in one transaction, so that nobody waits long for it.</summary>
    private const int Batch = 500;
    /// <summary>Rollouts of an application whose evidence is kept; a long one has a few hundred pictures.</summary>
    private const int EvidenceKept = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>Forgets one batch of each kind.</summary>
    /// <returns>How many rows.</returns>
    public async Task<int> PruneAsync(CancellationToken ct)
    {
        var (rollouts, replicas, scalings, hours, evidence) = await database.ReadAsync(FindAsync, ct);
        if (rollouts.Count + replicas.Count + scalings.Count + hours.Count + evidence.Count == 0) return 0;
        await database.TransactAsync(
            async tx =>
            {
                foreach (var id in rollouts)
                {
                    await tx.ExecuteAsync("DELETE FROM rollout_steps WHERE rollout = @id", new { id });
                    await tx.ExecuteAsync("DELETE FROM rollout_trials WHERE rollout = @id", new { id });
                    await tx.ExecuteAsync("DELETE FROM analysis_readings WHERE rollout = @id", new { id });
                    await tx.ExecuteAsync("DELETE FROM rollout_jobs WHERE rollout = @id", new { id });
                    await tx.ExecuteAsync("DELETE FROM rollout_evidence WHERE rollout = @id", new { id });
                    await tx.ExecuteAsync("DELETE FROM rollout_approvals WHERE rollout = @id", new { id });
                    await tx.ExecuteAsync("DELETE FROM rollouts WHERE id = @id", new { id });
                }

                foreach (var id in replicas) await tx.ExecuteAsync("DELETE FROM replicas WHERE id = @id AND state IN ('stopped', 'failed')", new { id });
                foreach (var id in scalings) await tx.ExecuteAsync("DELETE FROM scaling_history WHERE id = @id", new { id });
                foreach (var id in evidence) await tx.ExecuteAsync("DELETE FROM rollout_evidence WHERE rollout = @id", new { id });
                foreach (var hour in hours) await tx.ExecuteAsync("DELETE FROM usage_hours WHERE hour = @hour", new { hour });
            },
            ct);
        return rollouts.Count + replicas.Count + scalings.Count + hours.Count + evidence.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, time, stoppingToken);
            try
            {
                int count;
                while ((count = await PruneAsync(stoppingToken)) > 0) LogPruned(log, count);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, error.Message);
            }
        }
    }

    /// <summary>What is to be forgotten now: what is older than the retention, and pictures of trials beyond the newest of each application.</summary>
    private async Task<(IReadOnlyList<string> Rollouts, IReadOnlyList<string> Replicas, IReadOnlyList<long> Scalings, IReadOnlyList<DateTimeOffset> Hours, IReadOnlyList<string> Evidence)> FindAsync(Reader reader)
    {
        var old = new { before = time.GetUtcNow() - (await configurations.CurrentAsync(reader)).Configuration.Retention.History, batch = Batch };
        return (
            await reader.QueryAsync<string>(
                """
                SELECT r.id FROM rollouts r WHERE r.ended_at < @before AND (r.state <> 'completed' OR EXISTS (
                    SELECT 1 FROM rollouts later
                    WHERE later.application = r.application AND later.revision = r.revision AND later.state = 'completed' AND later.ended_at > r.ended_at))
                ORDER BY r.ended_at LIMIT @batch
                """,
                old),
            await reader.QueryAsync<string>("SELECT id FROM replicas WHERE ended_at < @before AND state IN ('stopped', 'failed') LIMIT @batch", old),
            await reader.QueryAsync<long>("SELECT id FROM scaling_history WHERE at < @before ORDER BY id LIMIT @batch", old),
            await reader.QueryAsync<DateTimeOffset>("SELECT DISTINCT hour FROM usage_hours WHERE hour < @before ORDER BY hour LIMIT @batch", old),
            await reader.QueryAsync<string>(
                """
                SELECT ranked.id FROM (
                    SELECT id, ROW_NUMBER() OVER (PARTITION BY application ORDER BY created_at DESC, id DESC) AS place FROM rollouts WHERE ended_at IS NOT NULL) ranked
                WHERE ranked.place > @kept AND EXISTS (SELECT 1 FROM rollout_evidence e WHERE e.rollout = ranked.id) LIMIT @batch
                """,
                new { kept = EvidenceKept, batch = Batch }));
    }

    [LoggerMessage(1, LogLevel.Information, "Forgot {Count} rows of history, as the configuration's retention says")]
    private static partial void LogPruned(ILogger log, int count);

    [LoggerMessage(2, LogLevel.Warning, "Old history cannot be forgotten at the moment: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
