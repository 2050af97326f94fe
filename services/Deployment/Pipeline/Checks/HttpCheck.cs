using Platform.Deployment.Replicas;
using Platform.Hosting.Outbound;
using Platform.Storage;
using Platform.Workloads.Health;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline.Checks;

/// <summary>A path, asked of every new replica; or an address of somebody else. 2xx is good; anything else is told with its status and body's head.</summary>
internal sealed class HttpCheck(
    OutboundHttp outbound, ReplicaLogs logs, ReplicaOperations operations, [FromKeyedServices(DeploymentModule.Name)] Database database, TimeProvider time) : ICheck, IDisposable
{
    private const int AnswerHead = 512;
    private readonly HealthProbe _probe = new(time);

    public bool Handles(CheckSpec check) => check.Http is not null;

    public string Subject(CheckSpec check) => $"GET {check.Http}";

    public Task<JobResult> AskAsync(CheckSpec check, JobContext job, CancellationToken ct) =>
        check.Http!.StartsWith('/') ? AskReplicasAsync(check, job, ct) : AskAddressAsync(check, ct);

    public void Dispose() => _probe.Dispose();

    private async Task<JobResult> AskReplicasAsync(CheckSpec check, JobContext job, CancellationToken ct)
    {
        if (job.Replicas.Count == 0) return JobResult.Failed($"{Subject(check)}: no replica of {job.Rollout.Revision} is ready");
        foreach (var replica in job.Replicas)
        {
            var answer = await _probe.CheckAsync(new Uri(replica.Address), check.Http!, check.Timeout, ct);
            if (answer.IsHealthy) continue;
            var row = await database.ReadAsync(reader => reader.ReplicaAsync(replica.Replica), ct);
            var tail = row is null ? "" : $"; {await logs.TailAsync(operations.Runtime(job.Manifest.Runtime), row, job.Manifest, ct)}";
            return JobResult.Failed($"{Subject(check)} of {replica.Replica}: {answer}{tail}");
        }

        return JobResult.Done($"{Subject(check)}: {job.Replicas.Count} replica(s) answered");
    }

    private async Task<JobResult> AskAddressAsync(CheckSpec check, CancellationToken ct)
    {
        try
        {
            using var answer = await outbound.Client.GetAsync(check.Http, HttpCompletionOption.ResponseHeadersRead, ct);
            if (answer.IsSuccessStatusCode) return JobResult.Done($"{Subject(check)}: answered {(int)answer.StatusCode}");
            var (head, _) = await answer.ReadHeadAsync(AnswerHead, ct);
            return JobResult.Failed($"{Subject(check)}: answered {(int)answer.StatusCode}{(head.OnOneLine() is { Length: > 0 } text ? $": {text}" : "")}");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return JobResult.Failed($"{Subject(check)}: {(error.InnerException ?? error).Message}");
        }
    }
}
