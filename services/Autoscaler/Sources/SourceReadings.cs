using System.Collections.Concurrent;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Sources;

/// <summary>
/// The newest values of the metrics that are asked for elsewhere. A decision takes what is there and never waits:
/// <code>
/// decision ──wants──▶ SourceReadings ◀──answers── SourcePoller ──▶ Prometheus, RabbitMQ
///                                                     └──▶ metric stream ──▶ windows, history, dashboards
/// </code>
/// What decisions want is what is asked for; what none has wanted for three of its periods is forgotten.
/// </summary>
internal sealed class SourceReadings(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Application, string Metric), FollowedMetric> _followed = new();
    private readonly long _start = time.GetTimestamp();

    public IEnumerable<FollowedMetric> Followed => _followed.Values;

    public bool IsEmpty => _followed.IsEmpty;

    /// <summary>The time since the start, by a clock that is never set.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>What is known of a metric with a source, for a decision; from now on it is asked for.</summary>
    /// <param name="application">The application.</param>
    /// <param name="target">The metric.</param>
    /// <param name="period">When the next decision is to be expected.</param>
    public MetricReading Read(string application, MetricTarget target, TimeSpan period)
    {
        var (now, key) = (Now, (application, target.Name));
        var followed = _followed.GetOrAdd(key, static (_, made) => new FollowedMetric(made.application, made.target, made.now), (application, target, now));
        if (!ReferenceEquals(followed.Target, target) && followed.Target != target)
        {
            // Another revision asks otherwise: what the former's question was answered is not its answer.
            _followed[key] = followed = new FollowedMetric(application, target, now);
        }

        followed.Want(now, period);
        return followed.Read(now);
    }

    /// <summary>Forgets what no decision wants any more.</summary>
    public void Sweep()
    {
        var now = Now;
        foreach (var (key, metric) in _followed)
        {
            if (!metric.IsWanted(now)) _followed.TryRemove(new(key, metric));
        }
    }

    /// <summary>Another instance decides now.</summary>
    public void Clear() => _followed.Clear();
}
