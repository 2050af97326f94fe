using Platform.Deployment.Pipeline.Checks;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>Asks something that must answer, again a few times where it does not; the last answer stands in the failure.</summary>
internal sealed class CheckJob(IEnumerable<ICheck> checks, TimeProvider time) : IJobKind
{
    public string Name => "check";

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken ct)
    {
        var spec = ((CheckWork)job.Work).Check;
        var check = checks.First(c => c.Handles(spec));
        for (var attempt = 1; ; attempt++)
        {
            var answer = await AskAsync(check, spec, job, ct);
            job.Log.Write(answer.Message);
            if (answer.IsSuccess) return answer;
            if (attempt > spec.Retries) return JobResult.Failed($"{answer.Message} ({attempt} attempt{(attempt == 1 ? "" : "s")})");
            await Task.Delay(PipelinePlan.CheckPause, time, ct);
        }
    }

    private async Task<JobResult> AskAsync(ICheck check, CheckSpec spec, JobContext job, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(spec.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await check.AskAsync(spec, job, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return JobResult.Failed($"{check.Subject(spec)}: no answer within {Contracts.Units.Duration.Format(spec.Timeout)}");
        }
    }
}
