namespace Platform.Metrics.Streaming;

/// <summary>What one source measured about one application during one interval. The unit of the metric stream; its key is the application.</summary>
public sealed record MetricBatch
{
    /// <summary>Who measured: <c>gateway</c>, <c>deployment</c>, <c>scraper</c>, with the instance where there are several (<c>gateway/2</c>).</summary>
    public required string Source { get; init; }
    /// <summary>The application measured.</summary>
    public required string Application { get; init; }
    /// <summary>The end of the interval, UTC.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The interval's length; counts are per this.</summary>
    public required TimeSpan Interval { get; init; }
    /// <summary>The samples.</summary>
    public required IReadOnlyList<MetricSample> Samples { get; init; }
}

/// <summary>
/// One value: a count, a gauge, or a histogram. Readers add samples of a metric up over revisions and replicas, so what one source
/// publishes is disjoint: per replica, or without a replica for what belongs to none, but not a total beside its parts.
/// </summary>
/// <param name="Name">The metric, see <c>MetricNames</c>.</param>
/// <param name="Revision">The revision; empty: none in particular.</param>
/// <param name="Replica">The replica's id; empty: none in particular. Readers add samples up, so nothing is counted both with a replica and without.</param>
/// <param name="Value">The value; for a histogram its count.</param>
/// <param name="Histogram">The distribution, for latencies.</param>
public readonly record struct MetricSample(string Name, string Revision, string Replica, double Value, LatencyHistogram? Histogram = null);

/// <summary>The metric stream: bounded, oldest dropped first and counted, never blocking who measures.</summary>
public interface IMetricStream
{
    /// <summary>Puts a batch on the stream. Never blocks, never throws for a full stream: the oldest batch is dropped and counted.</summary>
    void Publish(MetricBatch batch);

    /// <summary>Every batch from now on, for one subscriber (a service), until cancelled. A slow subscriber loses its oldest batches only.</summary>
    /// <param name="subscriber">The subscriber's name: the consumer group on Kafka, the label of its drop counter.</param>
    /// <param name="cancellationToken">Ends the subscription.</param>
    IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken);
}
