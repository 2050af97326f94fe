using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Platform.Metrics.Streaming;

/// <summary>How the metric stream is doing: for readiness, the health report and the tests.</summary>
public interface IMetricStreamStatus
{
    /// <summary>What the stream waits for, as a sentence for people; null: nothing.</summary>
    string? WaitingFor { get; }

    /// <summary>The counters since the start.</summary>
    MetricStreamFigures Figures { get; }
}

/// <summary>Counters of the metric stream since the process started.</summary>
public sealed record MetricStreamFigures
{
    /// <summary>Batches handed to the stream.</summary>
    public required long Published { get; init; }

    /// <summary>Batches dropped before they left this process: the broker took none for too long.</summary>
    public required long Unsent { get; init; }

    /// <summary>Records that were no batch and were skipped.</summary>
    public required long Poison { get; init; }

    /// <summary>Batches that a slow subscriber lost, by subscriber.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }
}

/// <summary>The counters, also exposed as instruments of the meter <c>Platform.Metrics</c>.</summary>
internal sealed class StreamCounters
{
    // One meter for the process, as for a log category: hosts come and go in tests, instruments stay.
    private static readonly Meter Meter = new("Platform.Metrics");
    private static readonly Counter<long> PublishedBatches = Meter.CreateCounter<long>("platform.stream.published", "{batch}", "Batches handed to the metric stream.");
    private static readonly Counter<long> UnsentBatches = Meter.CreateCounter<long>("platform.stream.unsent", "{batch}", "Batches dropped because the broker did not take them.");
    private static readonly Counter<long> PoisonRecords = Meter.CreateCounter<long>("platform.stream.poison", "{record}", "Records on the topic that were no batch.");
    private static readonly Counter<long> DroppedBatches = Meter.CreateCounter<long>("platform.stream.dropped", "{batch}", "Batches lost by a slow subscriber.");

    private readonly ConcurrentDictionary<string, StrongBox> _dropped = new();
    private long _published;
    private long _unsent;
    private long _poison;

    public MetricStreamFigures Figures => new()
    {
        Published = Interlocked.Read(ref _published),
        Unsent = Interlocked.Read(ref _unsent),
        Poison = Interlocked.Read(ref _poison),
        Dropped = _dropped.ToDictionary(d => d.Key, d => Interlocked.Read(ref d.Value.Count)),
    };

    public void CountPublished()
    {
        Interlocked.Increment(ref _published);
        PublishedBatches.Add(1);
    }

    public void CountUnsent()
    {
        Interlocked.Increment(ref _unsent);
        UnsentBatches.Add(1);
    }

    public void CountPoison()
    {
        Interlocked.Increment(ref _poison);
        PoisonRecords.Add(1);
    }

    public void CountDropped(string subscriber)
    {
        Interlocked.Increment(ref _dropped.GetOrAdd(subscriber, static _ => new StrongBox()).Count);
        DroppedBatches.Add(1, new KeyValuePair<string, object?>("subscriber", subscriber));
    }

    private sealed class StrongBox
    {
        public long Count;
    }
}
