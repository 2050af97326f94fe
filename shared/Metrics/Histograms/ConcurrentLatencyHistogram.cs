using Platform.Metrics.Histograms;

namespace Platform.Metrics;

/// <summary>
/// A latency histogram that many threads record into without locks or allocation, and one reader empties every interval.
/// Bins as in <see cref="LatencyHistogram"/>, fixed from 1 µs to 10⁶ s; what lies outside counts at the nearer end.
/// </summary>
public sealed class ConcurrentLatencyHistogram
{
    private static readonly int First = LogarithmicMapping.BinOf(1e-6);
    private static readonly int Last = LogarithmicMapping.BinOf(1e6);

    private readonly int[] _bins = new int[Last - First + 1];
    private int _zeros;
    private long _nanoseconds;
    private long _minimum = long.MaxValue; // nanoseconds
    private long _maximum = long.MinValue;

    /// <summary>Records one latency.</summary>
    /// <param name="seconds">As in <see cref="LatencyHistogram.Record(double)"/>.</param>
    public void Record(double seconds)
    {
        if (!double.IsFinite(seconds)) return;
        // 10⁶ s: the bins' end; also keeps nanoseconds × requests of an interval far from overflow.
        seconds = Math.Clamp(seconds, 0, 1e6);
        if (seconds < LogarithmicMapping.Smallest) Interlocked.Increment(ref _zeros);
        else Interlocked.Increment(ref _bins[Math.Clamp(LogarithmicMapping.BinOf(seconds), First, Last) - First]);

        var nanoseconds = (long)(seconds * 1e9);
        Interlocked.Add(ref _nanoseconds, nanoseconds);
        Lower(ref _minimum, nanoseconds);
        Raise(ref _maximum, nanoseconds);
    }

    /// <summary>Records one latency.</summary>
    public void Record(TimeSpan latency) => Record(latency.TotalSeconds);

    /// <summary>
    /// What was recorded since the last call. Every value is counted in exactly one interval; one that is being recorded
    /// meanwhile may have its bin in this interval and its share of the sum in the next.
    /// </summary>
    public LatencyHistogram TakeAndReset()
    {
        var histogram = new LatencyHistogram();
        var count = 0L;
        // From the top, so that the result's bins are laid out once.
        for (var i = _bins.Length - 1; i >= 0; i--)
        {
            if (Volatile.Read(ref _bins[i]) == 0) continue;
            var taken = Interlocked.Exchange(ref _bins[i], 0);
            histogram.AddToBin(First + i, taken);
            count += taken;
        }

        long zeros = Interlocked.Exchange(ref _zeros, 0);
        count += zeros;
        var sum = Interlocked.Exchange(ref _nanoseconds, 0) / 1e9;
        var minimum = Interlocked.Exchange(ref _minimum, long.MaxValue);
        var maximum = Interlocked.Exchange(ref _maximum, long.MinValue);
        if (count == 0) return histogram;

        // A recorder caught between its bin and its extreme leaves none: the bins' own ends then bound the quantiles.
        var (low, high) = histogram.BinEnds(zeros);
        histogram.Complete(zeros, count, sum,
            minimum == long.MaxValue ? low : Math.Min(minimum / 1e9, high),
            maximum == long.MinValue ? high : Math.Max(maximum / 1e9, low));
        return histogram;
    }

    private static void Lower(ref long place, long value)
    {
        var current = Volatile.Read(ref place);
        while (value < current)
        {
            var seen = Interlocked.CompareExchange(ref place, value, current);
            if (seen == current) return;
            current = seen;
        }
    }

    private static void Raise(ref long place, long value)
    {
        var current = Volatile.Read(ref place);
        while (value > current)
        {
            var seen = Interlocked.CompareExchange(ref place, value, current);
            if (seen == current) return;
            current = seen;
        }
    }
}
