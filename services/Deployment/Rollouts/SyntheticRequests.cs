using System.Net;
using Platform.Contracts.Metrics;
using Platform.Deployment.Analysis;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// Requests of the platform's own while a rollout is watched, where the manifest declares a path for them: straight to the replicas of the
/// new revision and of the one it is compared with, so many a second each. They count for the judge alone, and nowhere as demand.
/// </summary>
internal sealed partial class SyntheticRequests(
    [FromKeyedServices(DeploymentModule.Name)] Database database, Manifests manifests, RevisionMetrics metrics, TimeProvider time, ILogger<SyntheticRequests> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Patience }) { Timeout = Patience };

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var target in await database.ReadAsync(TargetsAsync, stoppingToken)) _ = AskAsync(target, stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogFailed(log, error.Message);
            }
        }
    }

    /// <summary>The replicas of every rollout that is being watched and wants requests. Only what has not ended is due, and that has an index.</summary>
    private async Task<IReadOnlyList<Target>> TargetsAsync(Reader reader)
    {
        var targets = new List<Target>();
        foreach (var rollout in await reader.QueryAsync<Watched>("SELECT application, revision FROM rollouts WHERE due_at IS NOT NULL AND state = 'watching'"))
        {
            if ((await manifests.FindAsync(reader, rollout.Application, rollout.Revision))?.Rollout.Analysis.Synthetic is not { } synthetic) continue;
            foreach (var revision in (await reader.LiveReplicasAsync(rollout.Application)).Where(r => r.Phase == ReplicaState.Ready && r.Address is not null).GroupBy(r => r.Revision))
                targets.Add(new Target(rollout.Application, revision.Key, synthetic, [.. revision.Select(r => new Uri(new Uri(r.Address!), synthetic.Path))]));
        }

        return targets;
    }

    /// <summary>A second's requests to one revision, spread over the second and its replicas, and then their report.</summary>
    private async Task AskAsync(Target target, CancellationToken ct)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, target.Synthetic.Rate).Select(async i =>
        {
            await Task.Delay(Interval * i / target.Synthetic.Rate, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await AskAsync(target.Addresses[i % target.Addresses.Count], ct);
        }));
        if (ct.IsCancellationRequested) return;
        var latencies = new LatencyHistogram();
        foreach (var (_, seconds) in answers) latencies.Record(seconds);
        metrics.Add(new MetricBatch
        {
            Source = "synthetic",
            Application = target.Application,
            At = time.GetUtcNow(),
            Interval = Interval,
            Samples =
            [
                new MetricSample(MetricNames.Requests, target.Revision, "", answers.Length),
                new MetricSample(MetricNames.Errors, target.Revision, "", answers.Count(a => !a.Good)),
                new MetricSample(MetricNames.Latency, target.Revision, "", answers.Length, latencies),
            ],
        });
    }

    private async Task<(bool Good, double Seconds)> AskAsync(Uri address, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        try
        {
            using var answer = await _http.GetAsync(address, ct);
            return (answer.StatusCode < HttpStatusCode.InternalServerError, time.GetElapsedTime(began).TotalSeconds);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return (false, time.GetElapsedTime(began).TotalSeconds);
        }
    }

    private sealed record Watched
    {
        public required string Application { get; init; }
        public required string Revision { get; init; }
    }

    private sealed record Target(string Application, string Revision, SyntheticSpec Synthetic, IReadOnlyList<Uri> Addresses);

    [LoggerMessage(1, LogLevel.Warning, "No synthetic requests can be sent at the moment: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
