using Platform.Contracts.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Autoscaler.Intake;

/// <summary>
/// Lets through what can be believed and counts the rest. What it lets through is finite, not below zero where that means nothing, not
/// dated ahead of the clock, and there once. For one thread at a time.
/// </summary>
internal sealed class SampleCheck(TimeProvider time, SampleFaults faults)
{
    /// <summary>Dated further ahead than this is somebody's wrong clock.</summary>
    public static readonly TimeSpan FutureTolerance = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private const int LongestName = 200;

    /// <summary>What counts or measures an amount; an application's own gauges may well be below zero.</summary>
    private static readonly HashSet<string> NeverNegative = new(StringComparer.Ordinal)
    {
        MetricNames.Requests, MetricNames.Errors, MetricNames.InFlight, MetricNames.Latency, MetricNames.Held, MetricNames.Cpu, MetricNames.Memory,
        MetricNames.MirroredRequests, MetricNames.MirroredErrors, MetricNames.MirroredLatency, MetricNames.ReadyReplicas, MetricNames.WantedReplicas,
    };

    private readonly Dictionary<string, RecentBatches> _recent = new(StringComparer.Ordinal);
    private DateTimeOffset _lastTime = time.GetUtcNow();
    private long _lastTimestamp = time.GetTimestamp();

    /// <summary>How far the clock was set since the last call; zero: it went on as it should.</summary>
    public TimeSpan ClockStep()
    {
        var (now, timestamp) = (time.GetUtcNow(), time.GetTimestamp());
        var step = now - _lastTime - time.GetElapsedTime(_lastTimestamp, timestamp);
        (_lastTime, _lastTimestamp) = (now, timestamp);
        if (step.Duration() <= Step) return TimeSpan.Zero;
        faults.Count(SampleFault.ClockStep);
        if (step < TimeSpan.Zero) _recent.Clear();
        return step;
    }

    /// <summary>What is usable of a batch; null: nothing.</summary>
    public MetricBatch? Pass(MetricBatch batch)
    {
        if (batch.At > time.GetUtcNow() + FutureTolerance) return Drop(SampleFault.Future, batch);
        if (batch.Application.Length is 0 or > LongestName || batch.Source.Length > LongestName) return Drop(SampleFault.BeyondBounds, batch);
        if (!_recent.TryGetValue(batch.Application, out var recent)) _recent[batch.Application] = recent = new RecentBatches();
        if (!recent.Add(batch, out var isOlder)) return Drop(SampleFault.Duplicate, batch);
        if (isOlder) faults.Count(SampleFault.OutOfOrder, Math.Max(1, batch.Samples.Count));

        for (var i = 0; i < batch.Samples.Count; i++)
        {
            if (FaultOf(batch.Samples[i]) is not null) return batch with { Samples = Good(batch) };
        }

        return batch;
    }

    /// <summary>An application that is gone need not be remembered.</summary>
    public void Forget(string application) => _recent.Remove(application);

    private List<MetricSample> Good(MetricBatch batch)
    {
        List<MetricSample> good = [];
        for (var i = 0; i < batch.Samples.Count; i++)
        {
            if (FaultOf(batch.Samples[i]) is { } fault) faults.Count(fault);
            else good.Add(batch.Samples[i]);
        }

        return good;
    }

    private static SampleFault? FaultOf(in MetricSample sample) =>
        !double.IsFinite(sample.Value) ? SampleFault.NotANumber
        : sample.Value < 0 && NeverNegative.Contains(sample.Name) ? SampleFault.Negative
        : sample.Name.Length > LongestName ? SampleFault.BeyondBounds
        : null;

    private MetricBatch? Drop(SampleFault fault, MetricBatch batch)
    {
        faults.Count(fault, Math.Max(1, batch.Samples.Count));
        return null;
    }
}
