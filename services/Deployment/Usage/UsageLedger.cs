using Platform.Metrics.Streaming;

namespace Platform.Deployment.Usage;

/// <summary>Adds the metric stream up by application and hour, until it is written down (<see cref="UsageWriter"/>).</summary>
internal sealed class UsageLedger(TimeProvider time) : IMetricReader
{
    /// <summary>Figures of another time than this around now are a clock's mistake, and would spoil a report.</summary>
    private static readonly TimeSpan Plausible = TimeSpan.FromHours(1);
    private const int Most = 4096;
    private readonly Lock _gate = new();
    private Dictionary<(string, DateTimeOffset), UsageHour> _hours = [];

    /// <inheritdoc/>
    public void Add(MetricBatch batch)
    {
        if ((batch.At - time.GetUtcNow()).Duration() > Plausible) return;
        Add(UsageHour.Of(batch));
    }

    /// <summary>Adds a sum: also one that could not be written down.</summary>
    public void Add(UsageHour usage)
    {
        lock (_gate)
        {
            var key = (usage.Application, usage.Hour);
            if (_hours.TryGetValue(key, out var sum)) _hours[key] = sum.Plus(usage);
            else if (_hours.Count < Most) _hours[key] = usage;
        }
    }

    /// <summary>All that came in since the last time.</summary>
    public IReadOnlyList<UsageHour> Take()
    {
        lock (_gate)
        {
            var taken = _hours;
            _hours = [];
            return [.. taken.Values];
        }
    }
}
