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

    /// <summary>Replicas that the demand needs, and that a HorizontalPodAutoscaler would have, as the autoscaler tells every few seconds.</summary>
    public const string SampledNeeded = "healthmonitor.needed";

    /// <inheritdoc cref="SampledNeeded"/>
    public const string SampledShadow = "healthmonitor.shadow";

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
    public void Sample(string application, int ready, int wanted) => Sample(application, time.GetUtcNow(), (SampledReady, ready), (SampledWanted, wanted));

    /// <summary>Puts numbers beside the stream's; those that are not known are left out.</summary>
    public void Sample(string application, DateTimeOffset at, params (string Name, int? Value)[] numbers) => Windows.Add(new MetricBatch
    {
        Source = HealthMonitorModule.Name,
        Application = application,
        At = at,
        Interval = TimeSpan.FromSeconds(1),
        Samples = [.. numbers.Where(number => number.Value is not null).Select(number => new MetricSample(number.Name, "", "", number.Value!.Value))],
    });
}
