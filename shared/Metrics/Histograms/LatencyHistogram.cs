using Platform.Metrics.Histograms;

namespace Platform.Metrics;

/// <summary>
/// A mergeable distribution of latencies in seconds: DDSketch (see <c>LogarithmicMapping</c>) with a relative error of at most 1 %
/// and at most <see cref="MaximumBins"/> bins. Values more than 8 × 10⁸ times smaller than the largest one share the lowest bin
/// ("collapsing lowest", section 3 of the paper), so that high quantiles stay exact to 1 % whatever is recorded.
/// Merging two histograms gives bin for bin the histogram of the union. Not safe for concurrent writers: see <see cref="ConcurrentLatencyHistogram"/>.
/// </summary>
public sealed partial class LatencyHistogram
{
    /// <summary>The largest relative error of <see cref="Quantile"/>.</summary>
    public const double RelativeAccuracy = LogarithmicMapping.RelativeAccuracy;

    /// <summary>The most bins one histogram keeps (8 KiB).</summary>
    public const int MaximumBins = 1024;

    private long[] _bins = [];
    private int _offset; // the bin number of _bins[0]
    private int _lowest = int.MaxValue; // the lowest and highest bin in use
    private int _highest = int.MinValue;
    private long _zeros;
    private double _minimum = double.PositiveInfinity;
    private double _maximum = double.NegativeInfinity;

    /// <summary>How many values were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum, seconds.</summary>
    public double Sum { get; private set; }

    /// <summary>Their mean, seconds; NaN when empty.</summary>
    public double Mean => Sum / Count;

    /// <summary>The smallest, seconds; NaN when empty.</summary>
    public double Minimum => Count == 0 ? double.NaN : _minimum;

    /// <summary>The largest, seconds; NaN when empty.</summary>
    public double Maximum => Count == 0 ? double.NaN : _maximum;

    /// <summary>Records one latency.</summary>
    /// <param name="seconds">0 or more; below 0 (a clock stepped back) counts as 0; NaN and infinities are ignored.</param>
    public void Record(double seconds) => Record(seconds, 1);

    /// <summary>Records the same latency several times.</summary>
    /// <param name="seconds">As in <see cref="Record(double)"/>.</param>
    /// <param name="count">How often; 0 or less records nothing.</param>
    public void Record(double seconds, long count)
    {
        if (!double.IsFinite(seconds) || count <= 0) return;
        seconds = Math.Clamp(seconds, 0, LogarithmicMapping.Largest);
        if (seconds < LogarithmicMapping.Smallest) _zeros += count;
        else AddToBin(LogarithmicMapping.BinOf(seconds), count);
        Count += count;
        Sum += seconds * count;
        _minimum = Math.Min(_minimum, seconds);
        _maximum = Math.Max(_maximum, seconds);
    }

    /// <summary>Adds everything that <paramref name="other"/> recorded.</summary>
    public void Merge(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0) return;
        if (other._lowest <= other._highest)
        {
            Cover(other._lowest, other._highest);
            for (var bin = other._lowest; bin <= other._highest; bin++)
            {
                var count = other._bins[bin - other._offset];
                if (count > 0) _bins[Math.Max(bin, _lowest) - _offset] += count;
            }
        }

        _zeros += other._zeros;
        Count += other.Count;
        Sum += other.Sum;
        _minimum = Math.Min(_minimum, other._minimum);
        _maximum = Math.Max(_maximum, other._maximum);
    }

    /// <summary>The value that a share <paramref name="q"/> of all values does not exceed: the lower quantile, at rank ⌊q(n − 1)⌋.</summary>
    /// <param name="q">0 to 1.</param>
    /// <returns>Seconds, within 1 % of the exact value; NaN when empty.</returns>
    public double Quantile(double q)
    {
        if (Count == 0 || double.IsNaN(q)) return double.NaN;
        var rank = (long)Math.Floor(Math.Clamp(q, 0, 1) * (Count - 1));
        if (rank < _zeros) return Math.Max(0, Math.Min(_minimum, LogarithmicMapping.Smallest));
        var seen = _zeros;
        for (var bin = _lowest; bin <= _highest; bin++)
        {
            seen += _bins[bin - _offset];
            if (seen > rank) return Math.Clamp(LogarithmicMapping.ValueOf(bin), _minimum, _maximum);
        }

        return _maximum;
    }

    /// <summary>How many values are at most <paramref name="seconds"/>, to the bin's resolution of 1 %.</summary>
    public long CountUpTo(double seconds)
    {
        if (seconds < 0) return 0;
        var count = _zeros;
        var last = seconds < LogarithmicMapping.Smallest ? int.MinValue : LogarithmicMapping.BinOf(Math.Min(seconds, LogarithmicMapping.Largest));
        for (var bin = _lowest; bin <= Math.Min(_highest, last); bin++) count += _bins[bin - _offset];
        return count;
    }

    /// <summary>An independent copy.</summary>
    public LatencyHistogram Clone()
    {
        var copy = new LatencyHistogram();
        copy.Merge(this);
        return copy;
    }

    /// <summary>Empties it and keeps its memory.</summary>
    internal void Clear()
    {
        Array.Clear(_bins);
        _lowest = int.MaxValue;
        _highest = int.MinValue;
        Complete(0, 0, 0, double.PositiveInfinity, double.NegativeInfinity);
    }

    internal void AddToBin(int bin, long count)
    {
        Cover(bin, bin);
        _bins[Math.Max(bin, _lowest) - _offset] += count;
    }

    /// <summary>What the lowest and the highest bin in use stand for.</summary>
    internal (double Low, double High) BinEnds(long zeros) => _lowest > _highest
        ? (0, 0)
        : (zeros > 0 ? 0 : LogarithmicMapping.ValueOf(_lowest), LogarithmicMapping.ValueOf(_highest));

    /// <summary>Takes over what a concurrent histogram counted, whose sum, minimum and maximum are kept beside its bins.</summary>
    internal void Complete(long zeros, long count, double sum, double minimum, double maximum)
    {
        _zeros = zeros;
        Count = count;
        Sum = sum;
        _minimum = minimum;
        _maximum = maximum;
    }

    /// <summary>Widens the range in use to include these bins; what falls below the bound is collapsed into the lowest bin kept.</summary>
    private void Cover(int lowest, int highest)
    {
        if (lowest >= _lowest && highest <= _highest) return;
        var newHighest = Math.Max(highest, _highest);
        var newLowest = Math.Max(Math.Min(lowest, _lowest), newHighest - MaximumBins + 1);
        if (_bins.Length == 0 || newLowest < _offset || newHighest >= _offset + _bins.Length) Move(newLowest, newHighest);
        _lowest = newLowest;
        _highest = newHighest;
    }

    private void Move(int lowest, int highest)
    {
        // Some room on both sides, so that a histogram that is being filled does not move with every new extreme.
        var needed = highest - lowest + 1;
        var length = Math.Min(MaximumBins, needed == 1 ? 32 : needed + (needed / 4));
        var offset = Math.Max(highest - length + 1, lowest - ((length - needed) / 2));
        var bins = new long[length];
        for (var bin = _lowest; bin <= _highest; bin++) bins[Math.Max(bin, lowest) - offset] += _bins[bin - _offset];
        _bins = bins;
        _offset = offset;
    }
}
