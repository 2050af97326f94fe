using System.Collections.Concurrent;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Intake;
using Platform.Metrics.Streaming;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Decisions;

/// <summary>
/// Takes in the metric stream: what can be believed goes into windows, to decide by, and into the history, to forecast from; it remembers
/// when each application was last heard of.
/// </summary>
internal sealed class MetricIntake(TimeProvider time, FleetHistory history, SampleFaults faults) : IMetricReader
{
    /// <summary>Decisions look back half a minute at most (<see cref="Readings.Window"/>).</summary>
    private static readonly MetricWindowsOptions Bounds = new() { Retention = TimeSpan.FromSeconds(40), MaximumSeries = 1_000_000 };

    private readonly ConcurrentDictionary<string, Heard> _heard = new(StringComparer.Ordinal);
    private readonly SampleCheck _check = new(time, faults);
    private volatile MetricWindows _windows = new(time, Bounds);

    public MetricWindows Windows => _windows;

    /// <summary>When the application was last heard of; null: never since the start. Once it is there it stays the same.</summary>
    public Heard? Find(string application) => _heard.GetValueOrDefault(application);

    /// <summary>How long ago a usable batch about the application arrived, whatever the clock was set to since; null: never since the start.</summary>
    public TimeSpan? SilentFor(string application) => Find(application) is { } heard ? time.GetElapsedTime(heard.At) : null;

    /// <summary>The same as a time.</summary>
    public DateTimeOffset? LastHeard(string application) => SilentFor(application) is { } silence ? time.GetUtcNow() - silence : null;

    public void Add(MetricBatch batch)
    {
        if (_check.ClockStep() < TimeSpan.Zero)
        {
            // What the windows hold is dated ahead of the clock now, and would hide what is measured from here on.
            _windows = new MetricWindows(time, Bounds);
            history.StepBack();
        }

        if (_check.Pass(batch) is not { } good || (good.Samples.Count == 0 && batch.Samples.Count > 0)) return;
        if (!history.Add(good))
        {
            faults.Count(SampleFault.Late, Math.Max(1, good.Samples.Count));
            return;
        }

        _windows.Add(good);
        _heard.GetOrAdd(good.Application, static _ => new Heard()).Take(time.GetTimestamp(), good.At);
    }
}

/// <summary>When an application was last heard of. One writes, any number read.</summary>
internal sealed class Heard
{
    private long _at;
    private long _measured;

    /// <summary>When the newest usable batch arrived, as a timestamp. Grows with each.</summary>
    public long At => Volatile.Read(ref _at);

    /// <summary>When it was measured.</summary>
    public DateTimeOffset MeasuredAt => new(Volatile.Read(ref _measured), TimeSpan.Zero);

    public void Take(long timestamp, DateTimeOffset measured)
    {
        Volatile.Write(ref _measured, measured.UtcTicks);
        Volatile.Write(ref _at, timestamp);
    }
}
