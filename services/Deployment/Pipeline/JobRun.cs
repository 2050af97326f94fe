using Microsoft.Extensions.Options;
using Platform.Contracts.Deployments;
using Platform.Deployment.Pipeline.Kinds;
using Platform.Deployment.Replicas;
using Platform.Deployment.Rollouts;
using Platform.Deployment.Rollouts.Strategies;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Pipeline;

/// <summary>One run of one job, from the intent to the result.</summary>
internal sealed class JobRun(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    IEnumerable<IJobKind> kinds,
    CommandJob commands,
    Applications.Manifests manifests,
    JobHome home,
    Facts facts,
    IOptions<PipelineOptions> options,
    TimeProvider time)
{
    private static readonly TimeSpan RecordRetry = TimeSpan.FromSeconds(1);

    /// <summary>Runs it, and writes down what came of it.</summary>
    /// <param name="lease">The right to run jobs.</param>
    /// <param name="owner">Whose its processes are.</param>
    /// <param name="row">The job, due.</param>
    /// <param name="word">Cancelled when nobody wants it any more.</param>
    /// <param name="ct">Cancelled when the service ends, or loses the right.</param>
    public async Task RunAsync(Lease lease, string owner, JobRow row, CancellationToken word, CancellationToken ct)
    {
        var began = await database.TransactAsync(
            async tx =>
            {
                await lease.AssertHeldAsync(tx);
                if (!await tx.BeginJobAsync(row, time.GetUtcNow())) return false;
                await facts.ChangedAsync(tx, (await tx.RolloutAsync(row.Rollout))!.Application);
                return true;
            },
            ct);
        if (!began) return;
        var attempt = row.Attempt + 1;
        var (state, result) = await PerformAsync(owner, row, attempt, word, ct);
        await RecordAsync(lease, row, attempt, state, result, ct);
    }

    private async Task<(JobState State, JobResult Result)> PerformAsync(string owner, JobRow row, int attempt, CancellationToken word, CancellationToken ct)
    {
        if (attempt > options.Value.Attempts)
            return (JobState.Failed, JobResult.Failed($"was cut off {attempt - 1} times by an end of the platform, and is not begun again (Pipeline:Attempts)"));
        var (job, problem) = await FindAsync(owner, row, attempt, ct);
        if (job is null) return (JobState.Failed, JobResult.Failed(problem));
        using var limit = new CancellationTokenSource(row.TimeLimit, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(ct, word, limit.Token);
        try
        {
            if (attempt > 1) job.Log.Write($"begun again, attempt {attempt}");
            var result = await kinds.First(k => k.Name == job.Work.Kind).RunAsync(job, any.Token);
            return (result.IsSuccess ? JobState.Succeeded : JobState.Failed, result);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && word.IsCancellationRequested)
        {
            return (JobState.Stopped, JobResult.Failed("stopped: the rollout was given up"));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && limit.IsCancellationRequested)
        {
            var lines = JobTail.Read(job.Log.Path, 20).Select(commands.MaskOf(job.Manifest, job.Work)).ToList();
            return (JobState.Failed, JobResult.Failed($"did not end within {Wording.Span(row.TimeLimit)} and was stopped; {JobTail.Sentence(lines)}") with { Tail = string.Join('\n', lines) });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (JobState.Failed, JobResult.Failed($"the machine refused: {error.Message}"));
        }
    }

    private async Task<(JobContext? Job, string Problem)> FindAsync(string owner, JobRow row, int attempt, CancellationToken ct) => await database.ReadAsync<(JobContext?, string)>(
        async reader =>
        {
            if (await reader.RolloutAsync(row.Rollout) is not { } rollout) return (null, "its rollout is not known any more");
            if (await manifests.FindAsync(reader, rollout.Application, rollout.Revision) is not { } manifest)
                return (null, $"the manifest of {rollout.Revision} is not kept, or not valid for this version of the platform");
            if (PipelinePlan.Of(manifest).FirstOrDefault(j => j.Name == row.Name)?.Work is not { } work) return (null, "this version of the platform does not know it");
            var replicas = await reader.LiveReplicasAsync(rollout.Application);
            return (new JobContext
            {
                Row = row,
                Attempt = attempt,
                Work = work,
                Rollout = rollout,
                Manifest = manifest,
                Owner = owner,
                Replicas = [.. replicas.Where(r => r.Revision == rollout.Revision && r is { Phase: ReplicaState.Ready, Address: not null }).Select(r => new JobTarget(r.Id, r.Address!))],
                Log = new JobLog(home.LogOf(rollout.Application, row), time),
            }, "");
        },
        ct);

    /// <summary>Until the database has taken it: once more is harmless.</summary>
    private async Task RecordAsync(Lease lease, JobRow row, int attempt, JobState state, JobResult result, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await database.TransactAsync(tx => RecordAsync(tx, lease, row, attempt, state, result), ct);
                return;
            }
            catch (Exception error) when (StorageErrors.IsUnavailable(error))
            {
                await Task.Delay(RecordRetry, time, ct);
            }
        }
    }

    private async Task RecordAsync(Transaction tx, Lease lease, JobRow row, int attempt, JobState state, JobResult result)
    {
        await lease.AssertHeldAsync(tx);
        var now = time.GetUtcNow();
        if (!await tx.EndJobAsync(row, attempt, state, result, now)) return;
        var job = (await tx.JobAsync(row.Rollout, row.Number))!;
        var rollout = (await tx.RolloutAsync(row.Rollout))!;
        var ignored = row.Optional && state == JobState.Failed;
        var step = new RolloutStep(
            row.Name, ignored ? $"{result.Message}; it is optional, so the rollout goes on" : result.Message, now - job.StartedAt!.Value, Failed: state != JobState.Succeeded && !ignored);
        await tx.AddStepAsync(row.Rollout, step, now);
        await tx.PublishAsync(new RolloutStepCompleted
        {
            Application = rollout.Application,
            At = now,
            CorrelationId = row.Rollout,
            Revision = rollout.Revision,
            Step = step.Step,
            Message = step.Message,
            Duration = step.Duration,
            Failed = step.Failed,
        });
        await facts.ChangedAsync(tx, rollout.Application);
    }
}
