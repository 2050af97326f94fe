using System.Collections.Concurrent;
using Platform.Metrics.Streaming;
using Platform.Metrics.Windows;

namespace Platform.HealthMonitor.Live;

/// <summary>Keeps the metric stream in windows of the last 15 minutes.</summary>
internal sealed class LiveMetrics(TimeProvider time) : IMetricReader
{
    /// <summary>Replicas ready and wanted as the events tell, sampled every second so that charts have a past.</summary>
    public const string SampledReady = "healthmonitor.ready";

    /// <inheritdoc cref="SampledReady"/>
    public const string SampledWanted = "healthmonitor.wanted";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);

    public MetricWindows Windows { get; } = new(time);

    /// <summary>When the newest batch of any application arrived; null: none since the start.</summary>
    public DateTimeOffset? LastHeard => _heard.IsEmpty ? null : _heard.Values.Max();

    public void Add(MetricBatch batch)
    {
        Windows.Add(batch);
        _heard[batch.Application] = time.GetUtcNow();
    }

    /// <summary>Puts the replicas' numbers beside the stream's.</summary>
    public void Sample(string application, int ready, int wanted) => Windows.Add(new MetricBatch
    {
        Source = HealthMonitorModule.Name,
        Application = application,
        At = time.GetUtcNow(),
        Interval = TimeSpan.FromSeconds(1),
        Samples = [new MetricSample(SampledReady, "", "", ready), new MetricSample(SampledWanted, "", "", wanted)],
    });
}
