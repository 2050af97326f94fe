using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Platform.Metrics.Exposition;

/// <summary>How an instrument appears to Prometheus.</summary>
internal enum InstrumentKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>The series of one instrument. Recording into a known series takes no lock and allocates nothing.</summary>
internal sealed class InstrumentSeries
{
    private static readonly double[] SecondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] OtherBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];
    private static readonly KeyValuePair<string, object?>[] Overflow = [new("overflow", "true")];

    private readonly ConcurrentDictionary<LabelSet, SeriesValue> _values = new(LabelSet.Comparer.Instance);
    private readonly ConcurrentDictionary<LabelSet, SeriesValue>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly int _maximum;
    private readonly bool _sets; // a measurement is the value itself, not a change of it

    public InstrumentSeries(Instrument instrument, int maximum)
    {
        _lookup = _values.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _maximum = maximum;
        var type = instrument.GetType().GetGenericTypeDefinition();
        Kind = type == typeof(Histogram<>) ? InstrumentKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? InstrumentKind.Counter
            : InstrumentKind.Gauge;
        _sets = instrument.IsObservable || type == typeof(Gauge<>);
        IsObservable = instrument.IsObservable;
        Name = PrometheusName.Of(instrument.Name, instrument.Unit, Kind);
        Description = instrument.Description ?? "";
        Bounds = Kind == InstrumentKind.Histogram ? BoundsOf(instrument) : [];
    }

    public string Name { get; }

    public string Description { get; }

    public InstrumentKind Kind { get; }

    public bool IsObservable { get; }

    public double[] Bounds { get; }

    public IEnumerable<KeyValuePair<LabelSet, SeriesValue>> Values => _values;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_lookup.TryGetValue(tags, out var series))
        {
            // Count takes locks, but only on the way to a new series.
            if (_values.Count >= _maximum) tags = Overflow;
            if (!_lookup.TryGetValue(tags, out series))
            {
                _lookup.TryAdd(tags, new SeriesValue(Bounds));
                if (!_lookup.TryGetValue(tags, out series)) return;
            }
        }

        if (Kind == InstrumentKind.Histogram) series.Observe(value, Bounds);
        else if (_sets) series.Set(value);
        else series.Add(value);
    }

    /// <summary>An observable instrument reports all its series every time: what it no longer reports is gone.</summary>
    public void Forget() => _values.Clear();

    private static double[] BoundsOf(Instrument instrument)
    {
        IEnumerable<double>? advised = instrument switch
        {
            Histogram<double> h => h.Advice?.HistogramBucketBoundaries,
            Histogram<float> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            _ => null,
        };
        return advised?.ToArray() ?? (instrument.Unit == "s" ? SecondsBounds : OtherBounds);
    }
}

/// <summary>One series' value; of a histogram the buckets, their total and the sum.</summary>
internal sealed class SeriesValue(double[] bounds)
{
    private readonly long[] _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public long Bucket(int index) => Interlocked.Read(ref _buckets[index]);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        var current = Volatile.Read(ref _value);
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref _value, current + value, current);
            if (seen.Equals(current)) return;
            current = seen;
        }
    }

    public void Observe(double value, double[] bounds)
    {
        if (double.IsNaN(value)) return; // it would poison the sum for good
        var index = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _buckets[index < 0 ? ~index : index]);
        Add(value);
    }
}
