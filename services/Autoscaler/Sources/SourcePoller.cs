using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Platform.Autoscaler.Decisions;
using Platform.Hosting.Measurements;
using Platform.Metrics.Streaming;

namespace Platform.Autoscaler.Sources;

/// <summary>
/// Asks for every followed metric once per its interval, beside the decisions and never in them. Each server's metrics take turns, so that one
/// that hangs keeps nobody else's waiting. The values go where all metrics go: onto the stream.
/// </summary>
internal sealed partial class SourcePoller(
    SourceReadings readings,
    IEnumerable<IMetricSource> sources,
    Leadership leadership,
    IMetricStream stream,
    IOptions<ScalingMetricsOptions> options,
    TimeProvider time,
    ILogger<SourcePoller> log) : BackgroundService
{
    // One meter for the process, as for a log category: hosts come and go in tests, instruments stay.
    private static readonly Meter Meter = new("Platform.Autoscaler");
    private static readonly Counter<long> Readings = Meter.CreateCounter<long>("platform.autoscaler.source.readings", "{reading}", "Readings of sources of scaling metrics, by source and result.");
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly IMetricSource[] _sources = [.. sources];
    private readonly ConcurrentDictionary<Task, byte> _underWay = new();
    private readonly Dictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private TimeSpan _sweptAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await BeginDueAsync(stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogFailed(log, failure.Message);
                }
            }
        }
        finally
        {
            await Task.WhenAll(_underWay.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Begins the readings whose time has come; it does not wait for them.</summary>
    internal async Task BeginDueAsync(CancellationToken cancellationToken)
    {
        Sweep();
        if (readings.IsEmpty) return;
        // Two instances on the stream would add up.
        if (!await leadership.HoldAsync(cancellationToken))
        {
            readings.Clear();
            return;
        }

        var now = readings.Now;
        foreach (var metric in readings.Followed)
        {
            if (metric.Begin(now)) Track(ReadAsync(metric, cancellationToken));
        }
    }

    /// <summary>Completes when every reading under way has.</summary>
    internal Task IdleAsync() => Task.WhenAll(_underWay.Keys);

    private void Track(Task reading)
    {
        _underWay.TryAdd(reading, 0);
        _ = reading.ContinueWith(ended => _underWay.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private Task ReadAsync(FollowedMetric metric, CancellationToken ct)
    {
        var source = Array.Find(_sources, source => source.Reads(metric.Target.Source!));
        if (source is null) return Task.FromResult(End(metric, Reading.None($"nothing reads a {metric.Target.Source!.GetType().Name}")));
        try
        {
            metric.Server ??= source.Server(metric.Target.Source!);
        }
        catch (UriFormatException unreadable)
        {
            return Task.FromResult(End(metric, Reading.None($"it has no address: {unreadable.Message}")));
        }

        return AskAsync(metric, source, TurnOf(metric.Server), ct);
    }

    private async Task AskAsync(FollowedMetric metric, IMetricSource source, SemaphoreSlim turn, CancellationToken ct)
    {
        var target = metric.Target;
        try
        {
            await turn.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            metric.Abandon();
            throw;
        }

        try
        {
            End(metric, await source.ReadAsync(target.Source!, new SourceQuestion(metric.Application, target.Interval, target.Timeout), ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            metric.Abandon();
        }
        catch (Exception failure)
        {
            End(metric, Reading.None($"it cannot be read: {failure.Message}"));
        }
        finally
        {
            turn.Release();
        }
    }

    private bool End(FollowedMetric metric, Reading reading)
    {
        var kind = metric.Target.Source!.Kind;
        Readings.Add(1, new KeyValuePair<string, object?>("source", kind), new KeyValuePair<string, object?>("result", reading.Problem is null ? "read" : "failed"));

        // Said once when it begins and once when it is over.
        switch (metric.End(reading, readings.Now))
        {
            case false:
                LogNoValue(log, metric.Target.Name, metric.Application, kind, reading.Problem!);
                break;
            case true:
                LogBack(log, metric.Target.Name, metric.Application, kind);
                break;
        }

        if (reading.Value is { } value) Publish(metric, value);
        return true;
    }

    /// <summary>Each value stands for the whole seconds since the one before it: seconds told twice would count twice in the history.</summary>
    private void Publish(FollowedMetric metric, double value)
    {
        var now = time.GetUtcNow();
        var at = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var since = at - (metric.PublishedAt ?? at - TimeSpan.FromSeconds(1));
        if (since <= TimeSpan.Zero && since > -metric.Target.Interval) return;
        metric.PublishedAt = at;
        stream.Publish(new MetricBatch
        {
            Source = AutoscalerModule.Name,
            Application = metric.Application,
            At = at,
            Interval = since > TimeSpan.Zero && since <= metric.Target.Interval * 2 ? since : TimeSpan.FromSeconds(1),
            Samples = [new MetricSample(metric.Target.Name, "", "", value)],
        });
    }

    private SemaphoreSlim TurnOf(string server)
    {
        if (!_turns.TryGetValue(server, out var turn)) _turns[server] = turn = new SemaphoreSlim(options.Value.ParallelReadings);
        return turn;
    }

    private void Sweep()
    {
        if (readings.Now - _sweptAt < SweepEvery) return;
        _sweptAt = readings.Now;
        readings.Sweep();

        // Servers that nobody names any more; who still waits for a turn has its own reference.
        var named = readings.Followed.Select(metric => metric.Server).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var server in _turns.Keys.Where(server => !named.Contains(server)).ToList()) _turns.Remove(server);
        foreach (var source in _sources) Track(source.SweepAsync());
    }

    [LoggerMessage(1, LogLevel.Warning, "Metrics of sources are not asked for at the moment: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The metric {Metric} of {Application} has no value: {Source}: {Reason}")]
    private static partial void LogNoValue(ILogger log, string metric, string application, string source, string reason);

    [LoggerMessage(3, LogLevel.Information, "The metric {Metric} of {Application} has a value again: {Source} answers")]
    private static partial void LogBack(ILogger log, string metric, string application, string source);
}
