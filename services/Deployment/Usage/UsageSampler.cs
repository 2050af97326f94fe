using Microsoft.Extensions.Options;
using Platform.Contracts.Metrics;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Usage;

/// <summary>Puts on the metric stream, every second, what each replica uses, and how many are ready and wanted.</summary>
internal sealed partial class UsageSampler(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    Manifests manifests,
    IEnumerable<IReplicaRuntime> runtimes,
    Leadership leadership,
    ReplicaScrapeTargets scrapeTargets,
    IMetricStream stream,
    IOptions<DeploymentOptions> options,
    TimeProvider time,
    ILogger<UsageSampler> log) : BackgroundService
{
    private Dictionary<string, CpuReading> _readings = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.UsageInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (leadership.WaitingFor is not null) continue;
            try
            {
                await SampleAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, error.Message);
            }
        }
    }

    private async Task SampleAsync(CancellationToken ct)
    {
        var (applications, replicas, targets, kept) = await database.ReadAsync(ReadAsync, ct);
        var readings = new Dictionary<string, CpuReading>(StringComparer.Ordinal);
        foreach (var application in applications)
        {
            var mine = replicas.Where(r => r.Application == application.Name).ToList();
            var samples = new List<MetricSample>();
            foreach (var row in mine.Where(r => r.Handle is not null))
            {
                if (kept.TryGetValue((row.Application, row.Revision), out var manifest)) await AddAsync(row, manifest.Runtime, samples, readings, ct);
            }

            foreach (var revision in mine.Select(r => r.Revision).Union(targets[application.Name].Select(t => t.Revision)))
            {
                samples.Add(new MetricSample(MetricNames.ReadyReplicas, revision, "", mine.Count(r => r.Revision == revision && r.Phase == ReplicaState.Ready)));
                samples.Add(new MetricSample(MetricNames.WantedReplicas, revision, "", targets[application.Name].FirstOrDefault(t => t.Revision == revision)?.Wanted ?? 0));
            }

            samples.Add(new MetricSample(MetricNames.ReadyReplicas, "", "", mine.Count(r => r.Phase == ReplicaState.Ready)));
            samples.Add(new MetricSample(MetricNames.WantedReplicas, "", "", targets[application.Name].Sum(t => t.Wanted)));
            stream.Publish(new MetricBatch
            {
                Source = "deployment",
                Application = application.Name,
                At = time.GetUtcNow(),
                Interval = options.Value.UsageInterval,
                Samples = samples,
            });
        }

        _readings = readings;
        scrapeTargets.Update(replicas, kept);
    }

    private async Task AddAsync(ReplicaRow row, string runtime, List<MetricSample> samples, Dictionary<string, CpuReading> readings, CancellationToken ct)
    {
        if (await UsageAsync(row, runtime, ct) is not { } usage) return;
        var reading = new CpuReading(row.Generation, usage.CpuSeconds, time.GetTimestamp());
        readings[row.Id] = reading;
        samples.Add(new MetricSample(MetricNames.Memory, row.Revision, row.Id, usage.MemoryBytes));
        if (_readings.TryGetValue(row.Id, out var last) && CpuReading.Cores(last, reading, time) is { } cores)
            samples.Add(new MetricSample(MetricNames.Cpu, row.Revision, row.Id, cores));
    }

    /// <summary>Null also while the runtime is away: the others' replicas are measured all the same.</summary>
    private async Task<ResourceUsage?> UsageAsync(ReplicaRow row, string runtime, CancellationToken ct)
    {
        try
        {
            return await runtimes.First(r => r.Name == runtime).UsageAsync(row.Handle!, ct);
        }
        catch (RuntimeUnavailableException away)
        {
            LogFailed(log, away.Message);
            return null;
        }
    }

    private async Task<(IReadOnlyList<ApplicationRow>, IReadOnlyList<ReplicaRow>, ILookup<string, TargetRow>, Dictionary<(string, string), Manifest>)> ReadAsync(Reader reader)
    {
        var applications = await reader.ApplicationsAsync();
        var replicas = await reader.LiveReplicasAsync();
        var targets = new List<(string Application, TargetRow Target)>();
        foreach (var application in applications)
            targets.AddRange((await reader.TargetsAsync(application.Name)).Select(t => (application.Name, t)));
        var kept = new Dictionary<(string, string), Manifest>();
        foreach (var (application, revision) in replicas.Select(r => (r.Application, r.Revision)).Distinct())
        {
            if (await manifests.FindAsync(reader, application, revision) is { } manifest) kept[(application, revision)] = manifest;
        }

        return (applications, replicas, targets.ToLookup(t => t.Application, t => t.Target), kept);
    }

    [LoggerMessage(1, LogLevel.Warning, "The replicas' usage cannot be measured at the moment: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}

/// <summary>CPU time of an attempt at a moment.</summary>
/// <param name="Generation">The attempt.</param>
/// <param name="Seconds">CPU time since its start.</param>
/// <param name="At">The moment, as the clock's timestamp.</param>
internal readonly record struct CpuReading(long Generation, double Seconds, long At)
{
    /// <summary>Cores used between two readings; null: they are not of the same attempt, or too close.</summary>
    public static double? Cores(CpuReading before, CpuReading after, TimeProvider time)
    {
        var elapsed = time.GetElapsedTime(before.At, after.At).TotalSeconds;
        return before.Generation == after.Generation && elapsed > 0 && after.Seconds >= before.Seconds ? (after.Seconds - before.Seconds) / elapsed : null;
    }
}
