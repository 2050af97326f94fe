namespace Platform.Metrics.Windows;

/// <summary>
/// Questions about one stretch of time of a <see cref="MetricWindows"/>. An answer is null when nothing was measured: unlike 0,
/// which is a measurement. Revision and replica null mean all of them.
/// </summary>
/// <remarks>
/// A measurement arrives when its second is over. So that the second under way does not read as a drop to nothing, a window
/// ends at the newest second the series have, unless that is more than two seconds old; a window since a moment only starts there.
/// </remarks>
public readonly struct MetricWindow
{
    private const int Grace = 2;
    private readonly MetricWindows _windows;
    private readonly long _now;
    private readonly long _length;
    private readonly bool _fixedStart;

    internal MetricWindow(MetricWindows windows, DateTimeOffset now, long seconds, bool fixedStart = false)
    {
        _windows = windows;
        _now = now.ToUnixTimeSeconds();
        _length = Math.Clamp(seconds, 0, windows.Capacity);
        _fixedStart = fixedStart;
    }

    /// <summary>The sum of the values: for counts.</summary>
    public double? Sum(string application, string metric, string? revision = null, string? replica = null)
    {
        var total = Gather(application, metric, revision, replica);
        return total.Samples == 0 ? null : total.Sum;
    }

    /// <summary>The sum of the values per second. A series younger than the window counts from its first second.</summary>
    public double? Rate(string application, string metric, string? revision = null, string? replica = null)
    {
        var total = Gather(application, metric, revision, replica);
        return total.Samples == 0 ? null : total.Sum / total.Seconds;
    }

    /// <summary>The mean of all samples: for gauges.</summary>
    public double? Mean(string application, string metric, string? revision = null, string? replica = null)
    {
        var total = Gather(application, metric, revision, replica);
        return total.Samples == 0 ? null : total.Sum / total.Samples;
    }

    /// <summary>The largest sample.</summary>
    public double? Maximum(string application, string metric, string? revision = null, string? replica = null)
    {
        var total = Gather(application, metric, revision, replica);
        return total.Samples == 0 ? null : total.Maximum;
    }

    /// <summary>Each series' last sample, added up: the requests in flight of all replicas, for instance.</summary>
    public double? Last(string application, string metric, string? revision = null, string? replica = null)
    {
        var total = Gather(application, metric, revision, replica);
        return total.Samples == 0 ? null : total.Last;
    }

    /// <summary>A quantile of the merged histograms, seconds, within 1 %.</summary>
    public double? Quantile(double q, string application, string metric, string? revision = null, string? replica = null)
    {
        var histogram = Histogram(application, metric, revision, replica);
        return histogram.Count == 0 ? null : histogram.Quantile(q);
    }

    /// <summary>The merged histograms; empty when there are none.</summary>
    public LatencyHistogram Histogram(string application, string metric, string? revision = null, string? replica = null)
    {
        var sum = new LatencyHistogram();
        if (_windows.Find(application) is not { } all) return sum;
        lock (all.Gate)
        {
            if (all.Of(metric) is not { } found) return sum;
            var (from, to) = Range(found, revision, replica);
            foreach (var series in found)
            {
                if (!MetricWindows.Matches(series, revision, replica)) continue;
                for (var second = Math.Max(from, series.First); second <= Math.Min(to, series.Newest); second++)
                {
                    if (series.TryGet(second, out var slot) && slot.Histogram is { } packed) Series.MergeInto(sum, packed);
                }
            }
        }

        return sum;
    }

    /// <summary>One metric's sum as a share of another's, 0 to 1: errors of requests. Null: none of the whole.</summary>
    public double? Ratio(string application, string part, string whole, string? revision = null, string? replica = null)
    {
        var all = Sum(application, whole, revision, replica);
        return all is > 0 ? Math.Clamp((Sum(application, part, revision, replica) ?? 0) / all.Value, 0, 1) : null;
    }

    /// <summary>The mean of each replica that was measured in the window.</summary>
    public IReadOnlyDictionary<string, double> MeanPerReplica(string application, string metric, string? revision = null)
    {
        var means = new Dictionary<string, double>(StringComparer.Ordinal);
        PerReplica(application, metric, revision, means, static (means, replica, total) => means.Add(replica, total.Sum / total.Samples));
        return means;
    }

    /// <summary>Adds the mean of each replica that was measured in the window to two lists, in step. Allocates no more than they do.</summary>
    public void MeanPerReplica(string application, string metric, List<string> replicas, List<double> means, string? revision = null)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        ArgumentNullException.ThrowIfNull(means);
        PerReplica(application, metric, revision, (replicas, means), static (lists, replica, total) =>
        {
            lists.replicas.Add(replica);
            lists.means.Add(total.Sum / total.Samples);
        });
    }

    /// <summary>The rate of each replica that was measured in the window.</summary>
    public IReadOnlyDictionary<string, double> RatePerReplica(string application, string metric, string? revision = null)
    {
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        PerReplica(application, metric, revision, rates, static (rates, replica, total) => rates.Add(replica, total.Sum / total.Seconds));
        return rates;
    }

    /// <summary>The revisions measured in the window.</summary>
    public IReadOnlyList<string> Revisions(string application, string metric)
    {
        var revisions = new SortedSet<string>(StringComparer.Ordinal);
        if (_windows.Find(application) is not { } all) return [];
        lock (all.Gate)
        {
            if (all.Of(metric) is not { } found) return [];
            var (from, to) = Range(found, null, null);
            foreach (var series in found)
            {
                if (Of(series, from, to).Samples > 0) revisions.Add(series.Key.Revision);
            }
        }

        return [.. revisions];
    }

    /// <summary>One point a second, oldest first, over the whole window: what a chart draws.</summary>
    public IReadOnlyList<MetricPoint> History(Statistic statistic, string application, string metric, string? revision = null, string? replica = null)
    {
        if (_windows.Find(application) is not { } all) return History([], statistic, revision, replica);
        lock (all.Gate) return History(all.Of(metric) ?? [], statistic, revision, replica);
    }

    private MetricPoint[] History(List<Series> found, Statistic statistic, string? revision, string? replica)
    {
        var (from, to) = Range(found, revision, replica);
        if (to < from) return [];
        var totals = new Total[to - from + 1];
        var histograms = statistic >= Statistic.P50 ? new LatencyHistogram?[totals.Length] : [];
        foreach (var series in found)
        {
            if (!MetricWindows.Matches(series, revision, replica)) continue;
            for (var second = Math.Max(from, series.First); second <= Math.Min(to, series.Newest); second++)
            {
                if (!series.TryGet(second, out var slot)) continue;
                totals[second - from].Add(slot, isLast: true);
                if (histograms.Length > 0 && slot.Histogram is { } packed) Series.MergeInto(histograms[second - from] ??= new LatencyHistogram(), packed);
            }
        }

        var points = new MetricPoint[totals.Length];
        for (var i = 0; i < points.Length; i++)
        {
            double? value = statistic switch
            {
                Statistic.P50 => histograms[i]?.Quantile(0.50),
                Statistic.P95 => histograms[i]?.Quantile(0.95),
                Statistic.P99 => histograms[i]?.Quantile(0.99),
                _ => totals[i].Of(statistic),
            };
            points[i] = new MetricPoint(DateTimeOffset.FromUnixTimeSeconds(from + i), value is { } v && double.IsFinite(v) ? v : null);
        }

        return points;
    }

    /// <summary>The same as one value.</summary>
    public double? Value(Statistic statistic, string application, string metric, string? revision = null, string? replica = null) => statistic switch
    {
        Statistic.Sum => Sum(application, metric, revision, replica),
        Statistic.Mean => Mean(application, metric, revision, replica),
        Statistic.Maximum => Maximum(application, metric, revision, replica),
        Statistic.Last => Last(application, metric, revision, replica),
        Statistic.P50 => Quantile(0.50, application, metric, revision, replica),
        Statistic.P95 => Quantile(0.95, application, metric, revision, replica),
        _ => Quantile(0.99, application, metric, revision, replica),
    };

    private (long From, long To) Range(List<Series> found, string? revision, string? replica)
    {
        var newest = long.MinValue;
        foreach (var series in found)
        {
            if (series.Newest > newest && MetricWindows.Matches(series, revision, replica)) newest = series.Newest;
        }

        var to = Math.Clamp(newest, _now - Grace, _now);
        return _fixedStart ? (_now - _length + 1, to) : (to - _length + 1, to);
    }

    private Total Gather(string application, string metric, string? revision, string? replica)
    {
        var sum = new Total { First = long.MaxValue };
        if (_windows.Find(application) is not { } all) return sum;
        lock (all.Gate)
        {
            if (all.Of(metric) is not { } found) return sum;
            var (from, to) = Range(found, revision, replica);
            foreach (var series in found)
            {
                if (MetricWindows.Matches(series, revision, replica)) sum.Join(Of(series, from, to));
            }

            sum.Seconds = Math.Max(1, to - Math.Max(from, sum.First) + 1);
            return sum;
        }
    }

    private void PerReplica<TState>(string application, string metric, string? revision, TState state, Action<TState, string, Total> visit)
    {
        if (_windows.Find(application) is not { } all) return;
        lock (all.Gate)
        {
            if (all.Of(metric) is not { } found) return;
            var (from, to) = Range(found, revision, null);

            // A replica has one series of a metric, unless its id is another's in another revision.
            var shared = IsOfOneRevision(found) ? null : new Dictionary<string, Total>(StringComparer.Ordinal);
            foreach (var series in found)
            {
                if (series.Key.Replica.Length == 0 || !MetricWindows.Matches(series, revision, null)) continue;
                var total = Of(series, from, to);
                if (total.Samples == 0) continue;
                if (shared is not null)
                {
                    var sum = shared.GetValueOrDefault(series.Key.Replica, new Total { First = long.MaxValue });
                    sum.Join(total);
                    total = sum;
                }

                total.Seconds = Math.Max(1, to - Math.Max(from, total.First) + 1);
                if (shared is null) visit(state, series.Key.Replica, total);
                else shared[series.Key.Replica] = total;
            }

            if (shared is null) return;
            foreach (var (replica, total) in shared) visit(state, replica, total);
        }
    }

    private static bool IsOfOneRevision(List<Series> found)
    {
        foreach (var series in found)
        {
            if (series.Key.Revision != found[0].Key.Revision) return false;
        }

        return true;
    }

    private static Total Of(Series series, long from, long to)
    {
        var total = new Total { First = series.First };
        var last = Math.Min(to, series.Newest);
        for (var second = Math.Max(from, series.First); second <= last; second++)
        {
            if (series.TryGet(second, out var slot)) total.Add(slot, isLast: false);
        }

        return total;
    }
}
