using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Deployment.Analysis.Added;
using Platform.Deployment.Applications;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Measurements;

/// <summary>
/// Reads the metrics of rollouts when their time has come: what and when follows from the database alone, so a service that was killed
/// goes on with the next reading. It asks outside of any transaction, and only then writes the answer down, which the saga finds at its
/// next look.
/// </summary>
internal sealed partial class MetricPoller(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    Manifests manifests,
    IEnumerable<IMetricSource> sources,
    IOptions<AnalysisOptions> options,
    TimeProvider time,
    ILogger<MetricPoller> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<(Guid Rollout, string Metric), Task> _under = [];
    private readonly SemaphoreSlim _turn = new(options.Value.ParallelReadings);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    foreach (var due in await database.ReadAsync(DueAsync, stoppingToken)) Begin(due, stoppingToken);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    LogFailed(log, error.Message);
                }
            }
        }
        finally
        {
            await Task.WhenAll(_under.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    /// <summary>The readings whose time has come.</summary>
    private async Task<IReadOnlyList<Due>> DueAsync(Reader reader)
    {
        var due = new List<Due>();
        foreach (var (rollout, measures) in await reader.MeasuresAsync())
        {
            if (await manifests.FindAsync(reader, measures.Application, measures.Revision) is not { } manifest) continue;
            var last = await reader.LastReadingsAsync(rollout, measures);
            due.AddRange(manifest.Rollout.Analysis.Metrics.Where(m => IsDue(m, measures, last.GetValueOrDefault(m.Name), time.GetUtcNow())).Select(m => new Due(rollout, measures, manifest, m)));
        }

        return due;
    }

    /// <summary>Whether a metric is to be read now. Pure.</summary>
    public static bool IsDue(AnalysisMetricSpec metric, Measures measures, LastReading? last, DateTimeOffset now)
    {
        var inline = measures.Inline.Contains(metric.Name);
        if (!inline && !measures.Background.Contains(metric.Name)) return false;
        if (inline && last?.OfStep >= metric.Count) return false;
        var first = (inline ? measures.StepSince : measures.Since) + metric.InitialDelay;
        return now >= first && (last is null || now >= last.At + metric.Interval);
    }

    private void Begin(Due due, CancellationToken ct)
    {
        var key = (due.Rollout, due.Metric.Name);
        if (_under.ContainsKey(key)) return;
        // Added before it can end: only the loop begins readings, and a reading's first step is to wait.
        var task = ReadAsync(due, ct);
        _under[key] = task;
        _ = task.ContinueWith(_ => _under.TryRemove(key, out Task? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task ReadAsync(Due due, CancellationToken ct)
    {
        await Task.Yield();
        await _turn.WaitAsync(ct);
        try
        {
            var at = time.GetUtcNow();
            var reading = await AskAsync(due, ct) with { At = at };
            if (reading.Problem is { } problem) LogNoValue(log, due.Metric.Name, due.Measures.Application, problem);
            await database.TransactAsync(tx => tx.AddReadingAsync(due.Rollout, due.Measures, due.Metric.Interval, reading, options.Value.KeptReadings), ct);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(log, error.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<MetricReading> AskAsync(Due due, CancellationToken ct)
    {
        var (metric, measures) = (due.Metric, due.Measures);
        var reading = new MetricReading { Metric = metric.Name, At = default };
        if (sources.FirstOrDefault(s => s.Reads(metric.Source)) is not { } source) return reading with { Problem = $"nothing reads a {metric.Source.GetType().Name}" };
        var question = new MetricQuestion(due.Manifest, measures.Application, measures.Revision, measures.Baseline, metric.Interval, metric.Timeout);
        if (metric.Compare is null)
        {
            var answer = await source.ReadAsync(metric.Source, question, ct);
            return reading with { Canary = answer.Value, Problem = answer.Problem };
        }

        // At the same moment, or a burst between the two would be taken for a difference.
        var both = await Task.WhenAll(source.ReadAsync(metric.Source, question, ct), source.ReadAsync(metric.Source, question with { Revision = measures.Baseline }, ct));
        return both switch
        {
            [{ Problem: { } problem }, _] => reading with { Problem = $"for {measures.Revision}: {problem}" },
            [_, { Problem: { } problem }] => reading with { Problem = $"for {measures.Baseline}: {problem}" },
            _ => reading with { Canary = both[0].Value, Baseline = both[1].Value },
        };
    }

    private sealed record Due(Guid Rollout, Measures Measures, Manifest Manifest, AnalysisMetricSpec Metric);

    [LoggerMessage(1, LogLevel.Warning, "Metrics cannot be read at the moment: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Information, "The metric {Metric} of {Application} gave no value: {Reason}")]
    private static partial void LogNoValue(ILogger log, string metric, string application, string reason);
}
