using System.Numerics;
using Platform.Metrics;

namespace Platform.Autoscaler.History;

/// <summary>
/// A minute being measured: the sum over its seconds, and which of them were measured. What several replicas or sources report adds up,
/// whenever in the minute each of them reports, and a minute that was seen in part is not a minute of less.
/// </summary>
internal struct OpenMinute
{
    private double _sum;
    private ulong _covered;
    private LatencyHistogram? _histogram;

    public long Minute;

    /// <summary>The mean over the measured seconds; not a number: none was.</summary>
    public readonly double Mean => _covered == 0 ? double.NaN : _sum / BitOperations.PopCount(Bridged(_covered));

    /// <summary>The 95th percentile, seconds; not a number: nothing was recorded.</summary>
    public readonly double Quantile95 => _histogram is { Count: > 0 } histogram ? histogram.Quantile(0.95) : double.NaN;

    public void Add(int firstSecond, int seconds, double perSecond)
    {
        _sum += perSecond * seconds;
        _covered |= (ulong.MaxValue >> (64 - seconds)) << firstSecond;
    }

    public void Merge(LatencyHistogram histogram) => (_histogram ??= new LatencyHistogram()).Merge(histogram);

    public void Clear()
    {
        _sum = 0;
        _covered = 0;
        _histogram = null;
        Minute = 0;
    }

    /// <summary>Whoever measures once a second now and then meets a second twice and the next one not at all: that one was measured too.</summary>
    private static ulong Bridged(ulong covered) => covered | ((covered << 1) & (covered >> 1));
}
