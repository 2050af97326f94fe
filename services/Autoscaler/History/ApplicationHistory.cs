using Platform.Autoscaler.Forecasting;
using Platform.Contracts.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Autoscaler.History;

/// <summary>The history of one application's metrics, and when it was untypical. Safe for several threads.</summary>
internal sealed class ApplicationHistory(string application)
{
    /// <summary>Minutes that may still change: the present one, and those whose late samples are waited for.</summary>
    public const int OpenMinutes = 3;

    /// <summary>What is kept of every application, whether it scales by it or not.</summary>
    private static readonly string[] Always =
    [
        MetricNames.Requests, MetricNames.Errors, MetricNames.Latency, MetricNames.InFlight, MetricNames.Held,
        MetricNames.Cpu, MetricNames.Memory, MetricNames.ReadyReplicas, MetricNames.WantedReplicas,
    ];

    private readonly Lock _gate = new();
    private readonly List<SeriesHistory> _series = [];
    private readonly List<Mask> _masks = [];
    private string[] _alsoKept = [];

    public string Application => application;

    public long Bytes
    {
        get
        {
            lock (_gate) return 200 + _series.Sum(series => series.Bytes) + _masks.Count * 120L;
        }
    }

    public IReadOnlyList<string> Metrics
    {
        get
        {
            lock (_gate) return [.. _series.Select(series => series.Metric)];
        }
    }

    /// <summary>Also keep these: what its settings name besides the platform's own metrics.</summary>
    public void Keep(IEnumerable<string> metrics, int most)
    {
        var names = metrics.Except(Always, StringComparer.Ordinal).Take(most).ToArray();
        lock (_gate) _alsoKept = names;
    }

    /// <param name="batch">A checked batch.</param>
    /// <param name="second">The last second of its interval.</param>
    /// <param name="closedThrough">Minutes up to this one are closed.</param>
    public void Add(MetricBatch batch, long second, long closedThrough)
    {
        var seconds = (int)Math.Clamp(Math.Round(batch.Interval.TotalSeconds), 1, 60);
        lock (_gate)
        {
            // By index: enumerating an IReadOnlyList allocates.
            for (var i = 0; i < batch.Samples.Count; i++)
            {
                var sample = batch.Samples[i];

                // Deployment says these per revision and for the application: the latter counts.
                if (sample.Name is MetricNames.ReadyReplicas or MetricNames.WantedReplicas && (sample.Revision.Length > 0 || sample.Replica.Length > 0)) continue;
                Find(sample.Name)?.Add(second, seconds, sample.Value, sample.Histogram, closedThrough);
            }
        }
    }

    /// <summary>Ends a minute and tells what was measured in it.</summary>
    public void Close(long minute, List<ClosedSample> closed)
    {
        lock (_gate)
        {
            foreach (var series in _series)
            {
                if (series.Close(minute) is var code and not ValueCode.Missing) closed.Add(new ClosedSample(application, series, code));
            }
        }
    }

    public void CloseHour(long hour, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var series in _series) series.CloseHour(hour, minute => IsMasked(series.Metric, minute, now));
        }
    }

    public void StepBack(long minute)
    {
        lock (_gate) _series.ForEach(series => series.StepBack(minute));
    }

    /// <summary>The series of a metric, made if it is new: for who fills it from the database.</summary>
    public T With<T>(string metric, Func<SeriesHistory, T> use)
    {
        lock (_gate) return use(_series.Find(series => series.Metric == metric) ?? Create(metric));
    }

    public void ForEach(Action<SeriesHistory> visit)
    {
        lock (_gate) _series.ForEach(visit);
    }

    /// <summary>A mask has begun, or its end is known.</summary>
    public void Apply(Mask mask, DateTimeOffset now)
    {
        lock (_gate)
        {
            _masks.RemoveAll(other => other.Id == mask.Id || other.EndAt(now) < now - TimeSpan.FromHours(SeriesHistory.Hours));
            _masks.Add(mask);
        }
    }

    public IReadOnlyList<Mask> Masks()
    {
        lock (_gate) return [.. _masks];
    }

    /// <summary>True: it is experimented on, and nothing is to be learned of it.</summary>
    public bool IsExperiment(DateTimeOffset now)
    {
        lock (_gate) return _masks.Exists(mask => mask.Kind is MaskKind.Experiment && mask.IsUnderWay(now));
    }

    /// <summary>The newest minutes up to and without the one of a time; what was not measured, or is masked, is not a number.</summary>
    public TimeSeries Minutes(string metric, DateTimeOffset until, int count, bool masked) =>
        Minutes(metric, until, count, masked ? mask => mask.Hides(metric) : null);

    /// <param name="metric">The metric.</param>
    /// <param name="until">Up to and without the minute of this time.</param>
    /// <param name="count">So many.</param>
    /// <param name="hides">Which masks count; null: none.</param>
    public TimeSeries Minutes(string metric, DateTimeOffset until, int count, Func<Mask, bool>? hides) =>
        Read(metric, until, count, hides, TimeSpan.FromMinutes(1), series => series.Minutes);

    /// <summary>The newest hours up to and without the one of a time.</summary>
    public TimeSeries Hours(string metric, DateTimeOffset until, int count, bool masked) =>
        Read(metric, until, count, masked ? mask => mask.Hides(metric) : null, TimeSpan.FromHours(1), series => series.HourlyMeans);

    private TimeSeries Read(string metric, DateTimeOffset until, int count, Func<Mask, bool>? hides, TimeSpan step, Func<SeriesHistory, CodeRing> ring)
    {
        var end = (until.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / step.Ticks;
        var start = DateTimeOffset.UnixEpoch + (step * (end - count));
        var values = new double[count];
        lock (_gate)
        {
            if (_series.Find(series => series.Metric == metric) is not { } found)
            {
                Array.Fill(values, double.NaN);
                return new TimeSeries(values, step, start);
            }

            var codes = ring(found);
            for (var i = 0; i < count; i++) values[i] = ValueCode.Decode(codes[end - count + i]);
            if (hides is not null) Hide(values, hides, step, start, until);
            return new TimeSeries(values, step, start);
        }
    }

    /// <summary>A step of which most is masked is not known.</summary>
    private void Hide(double[] values, Func<Mask, bool> hides, TimeSpan step, DateTimeOffset start, DateTimeOffset now)
    {
        foreach (var mask in _masks)
        {
            if (!hides(mask)) continue;
            var first = (int)Math.Clamp(Math.Floor((mask.Begins - start) / step), 0, values.Length);
            for (var i = first; i < values.Length && start + (step * i) < mask.EndAt(now); i++)
            {
                var (from, to) = (start + (step * i), start + (step * (i + 1)));
                var hidden = (mask.EndAt(now) < to ? mask.EndAt(now) : to) - (mask.Begins > from ? mask.Begins : from);

                // A minute is spoilt by less than itself; an hour's mean leaves masked minutes out already.
                if (step < TimeSpan.FromHours(1) ? hidden > TimeSpan.Zero : hidden > step / 2) values[i] = double.NaN;
            }
        }
    }

    private bool IsMasked(string metric, long minute, DateTimeOffset now)
    {
        var from = DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(minute);
        foreach (var mask in _masks)
        {
            if (mask.Hides(metric) && mask.Begins < from + TimeSpan.FromMinutes(1) && mask.EndAt(now) > from) return true;
        }

        return false;
    }

    private SeriesHistory? Find(string metric)
    {
        foreach (var series in _series)
        {
            if (series.Metric == metric) return series;
        }

        return Always.Contains(metric, StringComparer.Ordinal) || _alsoKept.Contains(metric, StringComparer.Ordinal) ? Create(metric) : null;
    }

    private SeriesHistory Create(string metric)
    {
        var series = new SeriesHistory(metric);
        _series.Add(series);
        return series;
    }
}

/// <summary>What was measured of a series in a minute that is over.</summary>
internal readonly record struct ClosedSample(string Application, SeriesHistory Series, ushort Code);
