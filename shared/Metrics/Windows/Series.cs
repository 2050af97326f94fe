using Platform.Metrics.Wire;

namespace Platform.Metrics.Windows;

/// <summary>One second of a series.</summary>
internal readonly record struct Slot(double Sum, double Maximum, double Last, int Samples, byte[]? Histogram);

/// <summary>
/// A ring of seconds that grows with the age of its series, up to the retention. Nearly every second has one sample, which is then its sum, its
/// maximum and its last: 12 bytes a second, and columns of their own for what only some series have. Callers hold the lock.
/// </summary>
internal sealed class Series(SeriesKey key, int capacity)
{
    private const int FewestSlots = 16;

    [ThreadStatic]
    private static LatencyHistogram? _scratch;

    private double[] _sums = new double[Math.Min(FewestSlots, capacity)];
    private int[] _samples = new int[Math.Min(FewestSlots, capacity)];
    private double[]? _maxima;
    private double[]? _lasts;
    private byte[]?[]? _histograms; // packed: a few bytes per bin in use instead of kilobytes
    private long _oldest = long.MaxValue;

    public SeriesKey Key { get; } = key;

    /// <summary>The newest second with a sample.</summary>
    public long Newest { get; private set; }

    /// <summary>The first second ever measured.</summary>
    public long First { get; private set; } = long.MaxValue;

    public void Add(long second, double value, LatencyHistogram? histogram)
    {
        First = Math.Min(First, second);
        var newest = Math.Max(Newest, second);
        _oldest = Math.Max(Math.Min(_oldest, second), newest - capacity + 1);
        if (newest - _oldest >= _sums.Length) Grow((int)(newest - _oldest) + 1);
        Advance(newest);
        if (second <= Newest - _sums.Length) return; // its place was taken by a newer second: it is beyond the retention

        var i = second % _sums.Length;
        if (_samples[i] > 0 && _maxima is null) Spread();
        if (_maxima is not null)
        {
            _maxima[i] = _samples[i] == 0 ? value : Math.Max(_maxima[i], value);
            _lasts![i] = value;
        }

        _sums[i] += value;
        _samples[i]++;
        if (histogram is not null) Keep(i, histogram);
    }

    /// <summary>How many samples a second has; 0: it was not measured, or is no longer kept.</summary>
    public int Samples(long second) => second > 0 && second <= Newest && second > Newest - _sums.Length ? _samples[second % _sums.Length] : 0;

    public bool TryGet(long second, out Slot slot)
    {
        if (Samples(second) is not (> 0 and var samples))
        {
            slot = default;
            return false;
        }

        var i = second % _sums.Length;
        slot = new Slot(_sums[i], _maxima?[i] ?? _sums[i], _lasts?[i] ?? _sums[i], samples, _histograms?[i]);
        return true;
    }

    public static void MergeInto(LatencyHistogram sum, byte[] packed)
    {
        var reader = new WireReader(packed);
        sum.MergeFrom(ref reader);
    }

    /// <summary>Seconds go by, measured or not: what lay in their places is forgotten.</summary>
    private void Advance(long newest)
    {
        for (var second = Math.Max(Newest + 1, newest - _sums.Length + 1); second <= newest; second++)
        {
            var i = second % _sums.Length;
            (_sums[i], _samples[i]) = (0, 0);
            if (_histograms is not null) _histograms[i] = null;
        }

        Newest = newest;
    }

    private void Grow(int least)
    {
        var length = _sums.Length;
        while (length < least) length *= 2;
        length = Math.Min(length, capacity);
        var (sums, samples) = (new double[length], new int[length]);
        var (maxima, lasts) = (_maxima is null ? null : new double[length], _lasts is null ? null : new double[length]);
        var histograms = _histograms is null ? null : new byte[]?[length];
        for (var second = Math.Max(1, Newest - _sums.Length + 1); second <= Newest; second++)
        {
            var (from, to) = (second % _sums.Length, second % length);
            (sums[to], samples[to]) = (_sums[from], _samples[from]);
            if (maxima is not null) (maxima[to], lasts![to]) = (_maxima![from], _lasts![from]);
            if (histograms is not null) histograms[to] = _histograms![from];
        }

        (_sums, _samples, _maxima, _lasts, _histograms) = (sums, samples, maxima, lasts, histograms);
    }

    /// <summary>A second has several samples: from now on its maximum and its last are not its sum.</summary>
    private void Spread() => (_maxima, _lasts) = ((double[])_sums.Clone(), (double[])_sums.Clone());

    private void Keep(long i, LatencyHistogram histogram)
    {
        _histograms ??= new byte[]?[_sums.Length];
        if (_histograms[i] is not { } present)
        {
            _histograms[i] = histogram.ToBytes();
            return;
        }

        var sum = _scratch ??= new LatencyHistogram();
        sum.Clear();
        MergeInto(sum, present);
        sum.Merge(histogram);
        _histograms[i] = sum.ToBytes();
    }
}
