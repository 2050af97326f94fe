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
        var (from, to) = Range(application, metric, revision, replica);
        _windows.Visit(application, metric, revision, replica, series =>
        {
            for (var second = Math.Max(from, series.First); second <= Math.Min(to, series.Newest); second++)
            {
                if (series.TryGet(second, out var slot) && slot.Histogram is { } packed) Series.MergeInto(sum, packed);
            }
        });
        return sum;
    }

    /// <summary>One metric's sum as a share of another's, 0 to 1: errors of requests. Null: none of the whole.</summary>
    public double? Ratio(string application, string part, string whole, string? revision = null, string? replica = null)
    {
        var all = Sum(application, whole, revision, replica);
        return all is > 0 ? Math.Clamp((Sum(application, part, revision, replica) ?? 0) / all.Value, 0, 1) : null;
    }

    /// <summary>The mean of each replica that was measured in the window.</summary>
    public IReadOnlyDictionary<string, double> MeanPerReplica(string application, string metric, string? revision = null) =>
        PerReplica(application, metric, revision, static total => total.Sum / total.Samples);

    /// <summary>The rate of each replica that was measured in the window.</summary>
    public IReadOnlyDictionary<string, double> RatePerReplica(string application, string metric, string? revision = null) =>
        PerReplica(application, metric, revision, static total => total.Sum / total.Seconds);

    /// <summary>The revisions measured in the window.</summary>
    public IReadOnlyList<string> Revisions(string application, string metric)
    {
        var window = this;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var (from, to) = Range(application, metric, null, null);
        _windows.Visit(application, metric, null, null, series =>
        {
            if (window.Of(series, from, to).Samples > 0) found.Add(series.Key.Revision);
        });
        return [.. found];
    }

    /// <summary>One point a second, oldest first, over the whole window: what a chart draws.</summary>
    public IReadOnlyList<MetricPoint> History(Statistic statistic, string application, string metric, string? revision = null, string? replica = null)
    {
        var (from, to) = Range(application, metric, revision, replica);
        if (to < from) return [];
        var totals = new Total[to - from + 1];
        var histograms = statistic >= Statistic.P50 ? new LatencyHistogram?[totals.Length] : [];
        _windows.Visit(application, metric, revision, replica, series =>
        {
            for (var second = Math.Max(from, series.First); second <= Math.Min(to, series.Newest); second++)
            {
                if (!series.TryGet(second, out var slot)) continue;
                totals[second - from].Add(slot, isLast: true);
                if (histograms.Length > 0 && slot.Histogram is { } packed) Series.MergeInto(histograms[second - from] ??= new LatencyHistogram(), packed);
            }
        });

        var points = new MetricPoint[totals.Length];
        for (var i = 0; i < points.Length; i++)
        {
            double? value = statistic switch
            {
                Statistic.P50 => histograms[i]?.Quantile(0.50),
                Statistic.P95 => histograms[i]?.Quantile(0.95),
                Statistic.P99 => histograms[i]?.Quantile(0.99),
                _ when totals[i].Samples == 0 => null,
                Statistic.Sum => totals[i].Sum,
                Statistic.Mean => totals[i].Sum / totals[i].Samples,
                Statistic.Maximum => totals[i].Maximum,
                _ => totals[i].Last,
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

    private (long From, long To) Range(string application, string metric, string? revision, string? replica)
    {
        var newest = long.MinValue;
        _windows.Visit(application, metric, revision, replica, series => newest = Math.Max(newest, series.Newest));
        var to = Math.Clamp(newest, _now - Grace, _now);
        return _fixedStart ? (_now - _length + 1, to) : (to - _length + 1, to);
    }

    private Total Gather(string application, string metric, string? revision, string? replica)
    {
        var window = this;
        var (from, to) = Range(application, metric, revision, replica);
        var sum = new Total { First = long.MaxValue };
        _windows.Visit(application, metric, revision, replica, series =>
        {
            var one = window.Of(series, from, to);
            sum.Join(one);
        });
        sum.Seconds = Math.Max(1, to - Math.Max(from, sum.First) + 1);
        return sum;
    }

    private Dictionary<string, double> PerReplica(string application, string metric, string? revision, Func<Total, double> value)
    {
        var window = this;
        var (from, to) = Range(application, metric, revision, null);
        var totals = new Dictionary<string, Total>(StringComparer.Ordinal);
        _windows.Visit(application, metric, revision, null, series =>
        {
            var one = window.Of(series, from, to);
            if (one.Samples == 0 || series.Key.Replica.Length == 0) return;
            var sum = totals.GetValueOrDefault(series.Key.Replica, new Total { First = long.MaxValue });
            sum.Join(one);
            sum.Seconds = Math.Max(1, to - Math.Max(from, sum.First) + 1);
            totals[series.Key.Replica] = sum;
        });
        return totals.ToDictionary(t => t.Key, t => value(t.Value), StringComparer.Ordinal);
    }

    private Total Of(Series series, long from, long to)
    {
        var total = new Total { First = series.First };
        var last = Math.Min(to, series.Newest);
        for (var second = Math.Max(from, series.First); second <= last; second++)
        {
            if (series.TryGet(second, out var slot)) total.Add(slot, isLast: false);
        }

        return total;
    }

    private struct Total()
    {
        public double Sum;
        public double Maximum = double.NegativeInfinity;
        public double Last;
        public long Samples;
        public long First;
        public long Seconds;

        public void Add(in Slot slot, bool isLast)
        {
            // Over time the last sample replaces the one before; over series they add up.
            Last = isLast ? Last + slot.Last : slot.Last;
            Maximum = Samples == 0 ? slot.Maximum : Math.Max(Maximum, slot.Maximum);
            Sum += slot.Sum;
            Samples += slot.Samples;
        }

        public void Join(in Total series)
        {
            if (series.Samples == 0) return;
            Maximum = Samples == 0 ? series.Maximum : Math.Max(Maximum, series.Maximum);
            Sum += series.Sum;
            Last += series.Last;
            Samples += series.Samples;
            First = Math.Min(First, series.First);
        }
    }
}
