using Platform.Metrics.Streaming;

namespace Platform.Metrics.Scraping;

/// <summary>
/// Turns the pages of one replica into samples: gauges as they are, counters as their growth per second since the last page.
/// Series that differ in labels only are added up: the stream knows applications, revisions and replicas, nothing below.
/// </summary>
internal sealed class CounterRates
{
    private Dictionary<(string Name, string Labels), double> _counters = [];
    private DateTimeOffset? _at;

    /// <summary>The samples of a page; the first page of a replica has no rates yet.</summary>
    public (List<MetricSample> Samples, TimeSpan Interval) Next(ScrapedPage page, ScrapeTarget target, DateTimeOffset now, int maximumMetrics)
    {
        var interval = _at is { } before ? now - before : TimeSpan.Zero;
        var counters = new Dictionary<(string, string), double>();
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var sample in page.Samples)
        {
            if (!double.IsFinite(sample.Value)) continue;
            var value = sample.Value;
            if (sample.IsCounter)
            {
                var key = (sample.Name, sample.Labels);
                counters[key] = value;
                if (interval <= TimeSpan.Zero || !_counters.TryGetValue(key, out var last)) continue;
                // A counter that shrank started again from zero: what it shows is what it grew.
                value = (value >= last ? value - last : value) / interval.TotalSeconds;
            }

            if (values.TryGetValue(sample.Name, out var sum)) values[sample.Name] = sum + value;
            else if (values.Count < maximumMetrics) values[sample.Name] = value;
        }

        _counters = counters;
        _at = now;
        return ([.. values.Select(v => new MetricSample(v.Key, target.Revision, target.Replica, v.Value))], interval);
    }
}
