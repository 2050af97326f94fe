using Platform.Effects;
using Platform.Hosting.Outbound;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>A hook that is an HTTP request: says where the rollout is, and takes any 2xx for a yes.</summary>
internal sealed class RequestJob(OutboundHttp http, IEffects effects, ISecrets secrets, TimeProvider time) : IJobKind
{
    private const int AnswerHead = 512;

    public string Name => "request";

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken ct)
    {
        var hook = ((RequestWork)job.Work).Hook;
        using var request = new HttpRequestMessage(HttpMethod.Post, hook.Http)
        {
            Content = JsonContent.Create(new HookCall
            {
                Application = job.Rollout.Application,
                Revision = job.Rollout.Revision,
                StableRevision = job.Rollout.StableRevision,
                Rollout = job.Rollout.Id,
                Step = hook.Step,
                When = hook.IsBefore ? "before" : "after",
                Environment = job.Manifest.Environment,
                RequestedBy = job.Rollout.RequestedBy,
                Attempt = job.Attempt,
                At = time.GetUtcNow(),
            }),
        };
        // The same for every attempt, so that the receiver can tell a repetition.
        request.Headers.Add("Idempotency-Key", job.Row.Id);
        foreach (var (name, value) in hook.Headers)
        {
            if (SecretReference.Resolve(secrets, value, out var missing) is { } resolved) request.Headers.TryAddWithoutValidation(name, resolved);
            else return JobResult.Failed($"its header {name} refers to a secret that cannot be had: {missing}");
        }

        try
        {
            using var answer = await effects.PerformAsync(EffectKind.HttpSend, job.Row.Id, () => http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct));
            var (head, _) = await answer.ReadHeadAsync(AnswerHead, ct);
            var said = $"POST {hook.Http} answered {(int)answer.StatusCode}{(head.OnOneLine() is { Length: > 0 } text ? $": {text}" : "")}";
            job.Log.Write(said);
            return answer.IsSuccessStatusCode ? JobResult.Done($"answered {(int)answer.StatusCode}") : JobResult.Failed(said);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            var said = $"POST {hook.Http}: {(error.InnerException ?? error).Message}";
            job.Log.Write(said);
            return JobResult.Failed(said);
        }
    }

    /// <summary>What the receiver is told.</summary>
    private sealed record HookCall
    {
        public required string Application { get; init; }
        public required string Revision { get; init; }
        public string? StableRevision { get; init; }
        public required Guid Rollout { get; init; }
        public required string Step { get; init; }
        public required string When { get; init; }
        public required string Environment { get; init; }
        public required string RequestedBy { get; init; }
        public required int Attempt { get; init; }
        public required DateTimeOffset At { get; init; }
    }
}
