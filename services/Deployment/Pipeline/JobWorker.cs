using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Deployment.Pipeline.Kinds;
using Platform.Deployment.Replicas;
using Platform.Deployment.Rollouts;
using Platform.Storage;

namespace Platform.Deployment.Pipeline;

/// <summary>
/// Runs the jobs that are due, outside the rollouts' transactions and those of one rollout one after another. Each is: committed intent →
/// the act → commit of what came of it. What an earlier run of the service left under way is ended by its markers, and begun again.
/// </summary>
internal sealed partial class JobWorker(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    JobRun run,
    IEnumerable<IJobKind> kinds,
    ReplicaAdoption adoption,
    Facts facts,
    IOptions<DeploymentOptions> options,
    IOptions<PipelineOptions> pipeline,
    TimeProvider time,
    ILogger<JobWorker> log) : BackgroundService
{
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<Guid, Begun> _running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await Lease.TryAcquireAsync(database, "jobs", _holder, options.Value.Lease, time, stoppingToken) is { } lease) await LeadAsync(lease, stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(log, error.Message);
            }

            await Task.Delay(options.Value.Resync, time, stoppingToken);
        }
    }

    private async Task LeadAsync(Lease lease, CancellationToken stoppingToken)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewal = RenewAsync(lease, term);
        try
        {
            // Not the replicas' owner: whoever looks for replicas that nobody wants must not find jobs.
            var owner = "jobs-" + await adoption.OwnerAsync(term.Token);
            foreach (var kind in kinds) await kind.ClearAsync(owner, term.Token);
            await database.TransactAsync(
                async tx =>
                {
                    await lease.AssertHeldAsync(tx);
                    await tx.TakeUpJobsAsync(time.GetUtcNow());
                },
                term.Token);
            while (!term.IsCancellationRequested)
            {
                var open = await database.ReadAsync(reader => reader.OpenJobsAsync(), term.Token);
                // Rows that nobody works on: what came of them could not be written down.
                foreach (var lost in open.Where(j => j.Phase == JobState.Running && !_running.ContainsKey(j.Rollout))) await AgainAsync(lease, lost, term.Token);
                Step(lease, owner, open, term.Token);
                await facts.Jobs.WaitAsync(options.Value.Resync, time, term.Token);
            }
        }
        finally
        {
            await term.CancelAsync();
            await renewal.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var begun in _running.Values) await begun.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) await lease.ReleaseAsync(CancellationToken.None);
        }
    }

    /// <summary>Stops what is to be stopped, and begins what can be begun.</summary>
    private void Step(Lease lease, string owner, IReadOnlyList<JobRow> open, CancellationToken ct)
    {
        foreach (var job in open.Where(j => j is { Phase: JobState.Running, Cancel: true }))
        {
            if (_running.TryGetValue(job.Rollout, out var begun)) begun.Stop();
        }

        foreach (var due in open.GroupBy(j => j.Rollout).Where(g => g.All(j => j.Phase == JobState.Due)).Select(g => g.First()))
        {
            if (_running.Count >= pipeline.Value.ParallelJobs) return;
            if (_running.ContainsKey(due.Rollout)) continue;
            var begun = new Begun();
            _running[due.Rollout] = begun;
            begun.Task = PerformAsync(lease, owner, due, begun, ct);
        }
    }

    private async Task PerformAsync(Lease lease, string owner, JobRow job, Begun begun, CancellationToken ct)
    {
        // Elsewhere: beginning a process must not hold up the loop that stops others.
        await Task.Yield();
        try
        {
            await run.RunAsync(lease, owner, job, begun.Word, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            LogCut(log, job.Name, job.Rollout);
        }
        catch (Exception error)
        {
            // Its row says that it runs, and the next look finds that nobody does.
            LogFailed(log, error, job.Name, job.Rollout);
        }
        finally
        {
            _running.TryRemove(job.Rollout, out _);
            begun.Dispose();
            facts.Jobs.Wake();
        }
    }

    /// <summary>What failed through our own fault is due again; how often that may happen is counted when it begins.</summary>
    private Task AgainAsync(Lease lease, JobRow job, CancellationToken ct) => database.TransactAsync(
        async tx =>
        {
            await lease.AssertHeldAsync(tx);
            await tx.ExecuteAsync("UPDATE rollout_jobs SET state = CASE WHEN cancel = 1 THEN 'stopped' ELSE 'due' END WHERE rollout = @Rollout AND number = @Number AND state = 'running'",
                new { job.Rollout, job.Number });
            await facts.ChangedAsync(tx, (await tx.RolloutAsync(job.Rollout))!.Application);
        },
        ct);

    private async Task RenewAsync(Lease lease, CancellationTokenSource term)
    {
        await lease.KeepAsync(reason => LogInterrupted(log, reason), term.Token);
        await term.CancelAsync();
    }

    /// <summary>A job that was begun.</summary>
    private sealed class Begun : IDisposable
    {
        private readonly CancellationTokenSource _word = new();

        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>Cancelled when the job is not wanted any more.</summary>
        public CancellationToken Word => _word.Token;

        public void Stop()
        {
            try
            {
                _word.Cancel();
            }
            catch (ObjectDisposedException ended)
            {
                // It has just ended, which is what was wanted.
                _ = ended;
            }
        }

        public void Dispose() => _word.Dispose();
    }

    [LoggerMessage(1, LogLevel.Warning, "Jobs cannot be run at the moment: {Reason}")]
    private static partial void LogInterrupted(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The job {Job} of rollout {Rollout} was interrupted and will be begun again")]
    private static partial void LogFailed(ILogger log, Exception error, string job, Guid rollout);

    [LoggerMessage(3, LogLevel.Debug, "The job {Job} of rollout {Rollout} was cut off; the next start takes it up")]
    private static partial void LogCut(ILogger log, string job, Guid rollout);
}
