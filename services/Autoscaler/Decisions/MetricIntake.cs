using System.Collections.Concurrent;
using Platform.Metrics.Streaming;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Decisions;

/// <summary>Keeps the metric stream in windows and remembers when each application was last heard of.</summary>
internal sealed class MetricIntake(TimeProvider time) : IMetricReader
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);

    public MetricWindows Windows { get; } = new(time);

    /// <summary>When the newest batch about the application arrived; null: never since the start.</summary>
    public DateTimeOffset? LastHeard(string application) => _heard.TryGetValue(application, out var at) ? at : null;

    public void Add(MetricBatch batch)
    {
        Windows.Add(batch);
        _heard[batch.Application] = time.GetUtcNow();
    }
}
