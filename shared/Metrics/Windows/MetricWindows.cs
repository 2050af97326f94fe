using Platform.Metrics.Streaming;

namespace Platform.Metrics.Windows;

/// <summary>
/// The recent past of every metric, second by second, for those who decide by it: the autoscaler, the rollout judge, alert rules,
/// charts. Bounded in time and in series. Safe for any number of writers and readers.
/// <code>
/// windows.Over(TimeSpan.FromSeconds(15)).MeanPerReplica("storefront", MetricNames.Cpu)
/// windows.Since(shifted).Quantile(0.95, "storefront", MetricNames.Latency, revision: "v2")
/// </code>
/// </summary>
/// <remarks>
/// A sample counts in the second its interval ended in. Samples of one metric add up over revisions and replicas, so sources
/// publish disjoint samples: a count with a replica, or without one when no single replica is meant, never both.
/// </remarks>
public sealed class MetricWindows
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ApplicationSeries> _applications = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly MetricWindowsOptions _options;
    private readonly int _capacity;
    private int _series;
    private long _sweptAt;
    private long _accepted;
    private long _late;
    private long _future;
    private long _notANumber;
    private long _beyondBounds;

    /// <summary>Windows within these bounds.</summary>
    public MetricWindows(TimeProvider time, MetricWindowsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _options = options ?? new MetricWindowsOptions();
        _capacity = (int)Math.Clamp(Math.Ceiling(_options.Retention.TotalSeconds), 1, 86_400);
    }

    /// <summary>What became of the samples so far.</summary>
    public MetricWindowsFigures Figures
    {
        get
        {
            lock (_gate)
            {
                return new MetricWindowsFigures
                {
                    Accepted = _accepted,
                    Late = _late,
                    Future = _future,
                    NotANumber = _notANumber,
                    BeyondBounds = _beyondBounds,
                    Series = _series,
                };
            }
        }
    }

    /// <summary>The series held, of one application or of all.</summary>
    public IReadOnlyList<SeriesKey> Series(string? application = null)
    {
        lock (_gate)
        {
            return [.. _applications.Where(a => application is null || a.Key == application).SelectMany(a => a.Value.All).Select(s => s.Key)];
        }
    }

    /// <summary>Adds everything the stream delivers until cancelled. Run it as part of the subscriber's background service.</summary>
    public async Task FollowAsync(IMetricStream stream, string subscriber, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        await foreach (var batch in stream.SubscribeAsync(subscriber, cancellationToken)) Add(batch);
    }

    /// <summary>Adds a batch. What cannot be used is counted, see <see cref="Figures"/>.</summary>
    public void Add(MetricBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var now = _time.GetUtcNow();
        var second = SecondOf(batch.At);
        lock (_gate)
        {
            if (batch.At > now + _options.FutureTolerance)
            {
                _future += batch.Samples.Count;
                return;
            }

            if (second <= 0 || second <= now.ToUnixTimeSeconds() - _capacity)
            {
                _late += batch.Samples.Count;
                return;
            }

            // By index: enumerating an IReadOnlyList allocates.
            for (var i = 0; i < batch.Samples.Count; i++) Add(batch.Application, batch.Samples[i], second, now.ToUnixTimeSeconds());
        }
    }

    /// <summary>The last so many seconds.</summary>
    public MetricWindow Over(TimeSpan window) => new(this, _time.GetUtcNow(), (long)Math.Ceiling(window.TotalSeconds));

    /// <summary>Everything since then, as far as it is remembered: the seconds that began at or after it.</summary>
    public MetricWindow Since(DateTimeOffset since)
    {
        var now = _time.GetUtcNow();
        return new MetricWindow(this, now, now.ToUnixTimeSeconds() - (long)Math.Ceiling(since.ToUnixTimeMilliseconds() / 1000.0) + 1, fixedStart: true);
    }

    /// <summary>Visits the matching series under the lock. Null matches any revision or replica.</summary>
    internal void Visit(string application, string metric, string? revision, string? replica, Action<Series> visit)
    {
        lock (_gate)
        {
            if (!_applications.TryGetValue(application, out var all) || !all.ByMetric.TryGetValue(metric, out var series)) return;
            foreach (var one in series)
            {
                if ((revision is null || one.Key.Revision == revision) && (replica is null || one.Key.Replica == replica)) visit(one);
            }
        }
    }

    internal int Capacity => _capacity;

    /// <summary>The end of an interval belongs to it: what was measured up to 12:00:05.000 stands in 12:00:04.</summary>
    private static long SecondOf(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks - 1) / TimeSpan.TicksPerSecond;

    private void Add(string application, in MetricSample sample, long second, long now)
    {
        if (!double.IsFinite(sample.Value))
        {
            _notANumber++;
            return;
        }

        if (Find(application, sample, now) is not { } series)
        {
            _beyondBounds++;
            return;
        }

        series.Add(second, sample.Value, sample.Histogram);
        _accepted++;
    }

    private Series? Find(string application, in MetricSample sample, long now)
    {
        var key = new SeriesKey(application, sample.Name, sample.Revision, sample.Replica);
        if (_applications.TryGetValue(application, out var mine) && mine.ByKey.TryGetValue(key, out var found)) return found;
        if (_series >= _options.MaximumSeries || mine?.ByKey.Count >= _options.MaximumSeriesPerApplication)
        {
            Sweep(now);
            _applications.TryGetValue(application, out mine);
            if (_series >= _options.MaximumSeries || mine?.ByKey.Count >= _options.MaximumSeriesPerApplication) return null;
        }

        if (mine is null) _applications[application] = mine = new ApplicationSeries();
        _series++;
        return mine.Create(key, _capacity);
    }

    /// <summary>Forgets the series without a sample in the retention; at most once a second, since it visits them all.</summary>
    private void Sweep(long now)
    {
        if (_sweptAt == now) return;
        _sweptAt = now;
        foreach (var (name, application) in _applications.ToArray())
        {
            _series -= application.Forget(now - _capacity);
            if (application.ByKey.Count == 0) _applications.Remove(name);
        }
    }

    private sealed class ApplicationSeries
    {
        public Dictionary<SeriesKey, Series> ByKey { get; } = [];

        public Dictionary<string, List<Series>> ByMetric { get; } = new(StringComparer.Ordinal);

        public IEnumerable<Series> All => ByKey.Values;

        public Series Create(SeriesKey key, int capacity)
        {
            var series = new Series(key, capacity);
            ByKey.Add(key, series);
            if (!ByMetric.TryGetValue(key.Metric, out var list)) ByMetric[key.Metric] = list = [];
            list.Add(series);
            return series;
        }

        public int Forget(long upTo)
        {
            var forgotten = 0;
            foreach (var (metric, list) in ByMetric.ToArray())
            {
                forgotten += list.RemoveAll(series => series.Newest <= upTo && ByKey.Remove(series.Key));
                if (list.Count == 0) ByMetric.Remove(metric);
            }

            return forgotten;
        }
    }
}
