using Platform.Metrics.Streaming;

namespace Platform.Metrics.Windows;

/// <summary>The series of one application. Callers hold <see cref="Gate"/>.</summary>
internal sealed class ApplicationSeries
{
    /// <summary>With more series than this they are found by a hash.</summary>
    private const int Few = 32;

    private readonly List<Series> _all = [];
    private readonly List<MetricSeries> _metrics = [];
    private Dictionary<SeriesKey, Series>? _byKey;
    private int _next;

    public Lock Gate { get; } = new();

    /// <summary>True: it was forgotten, and what is added here is lost.</summary>
    public bool IsGone { get; set; }

    /// <summary>The second in which it was last looked for series to forget.</summary>
    public long SweptAt { get; set; }

    public IReadOnlyList<Series> All => _all;

    /// <summary>The series of a metric; null: there are none.</summary>
    public List<Series>? Of(string metric)
    {
        foreach (var one in _metrics)
        {
            if (one.Metric == metric) return one.Series;
        }

        return null;
    }

    /// <summary>The series of a sample; null: it is new. Sources name the same series in the same order every second: the next is likely the one after the last.</summary>
    public Series? Find(string application, in MetricSample sample)
    {
        if (_next >= _all.Count) _next = 0;
        if (_next < _all.Count && Is(_all[_next].Key, sample)) return _all[_next++];
        if (_byKey is not null) return _byKey.GetValueOrDefault(new SeriesKey(application, sample.Name, sample.Revision, sample.Replica));
        for (var i = 0; i < _all.Count; i++)
        {
            if (!Is(_all[i].Key, sample)) continue;
            _next = i + 1;
            return _all[i];
        }

        return null;
    }

    public Series Create(SeriesKey key, int capacity)
    {
        var series = new Series(key, capacity);
        _all.Add(series);
        _byKey?.Add(key, series);
        if (_byKey is null && _all.Count > Few) _byKey = _all.ToDictionary(one => one.Key);
        if (Of(key.Metric) is { } known) known.Add(series);
        else _metrics.Add(new MetricSeries(key.Metric, [series]));
        return series;
    }

    /// <summary>Forgets series whose newest second is not after this one.</summary>
    /// <returns>How many.</returns>
    public int Forget(long upTo)
    {
        var forgotten = _all.RemoveAll(series => series.Newest <= upTo);
        if (forgotten == 0) return 0;
        foreach (var metric in _metrics) metric.Series.RemoveAll(series => series.Newest <= upTo);
        _metrics.RemoveAll(metric => metric.Series.Count == 0);
        _byKey = _all.Count > Few ? _all.ToDictionary(one => one.Key) : null;
        return forgotten;
    }

    private static bool Is(in SeriesKey key, in MetricSample sample) => key.Metric == sample.Name && key.Replica == sample.Replica && key.Revision == sample.Revision;

    private readonly record struct MetricSeries(string Metric, List<Series> Series);
}
