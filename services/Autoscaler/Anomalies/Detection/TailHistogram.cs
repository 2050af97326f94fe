using System.Numerics;

namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// How rare a statistic of one kind is in a series' own past: a histogram over magnitudes with fading memory. Turns statistics without a common unit
/// into tail probabilities, which can be compared and combined (a conformal p-value: Laxhammar and Falkman, "Conformal prediction for distribution-independent
/// anomaly detection in streaming vessel data", 2010). 2 KB; O(buckets) per question, O(1) per addition.
/// </summary>
internal sealed class TailHistogram
{
    /// <summary>512 magnitudes, 15 % apart: 1e-12 to 1e19.</summary>
    private const int Buckets = 512;

    private const double Smallest = 1e-12;
    private const double Renormalize = 1e12;
    private static readonly double PerBucket = Math.Log(1.15);
    private readonly float[] _weights = new float[Buckets];
    private readonly double _growth;
    private double _unit = 1;
    private double _total;

    /// <param name="memory">Observations after which one counts for 1/e of a new one.</param>
    public TailHistogram(double memory) => _growth = 1 / (1 - 1 / memory);

    /// <summary>Minus the decimal logarithm of the share of the past that was at least as large, never better than half of one observation.</summary>
    public double Surprise(double statistic)
    {
        var position = Position(statistic);
        var bucket = (int)position;
        // Within a bucket the past is taken as spread evenly; the first one holds what is as good as zero, which is no smaller than another zero.
        var within = bucket == 0 ? 1 : 1 - (position - bucket);
        var above = (SumFrom(bucket + 1) + _weights[bucket] * within) / _unit;
        return -Math.Log10((above + 0.5) / (_total / _unit + 1));
    }

    /// <summary>Remembers a statistic.</summary>
    public void Add(double statistic)
    {
        _unit *= _growth;
        _weights[(int)Position(statistic)] += (float)_unit;
        _total += _unit;
        if (_unit < Renormalize) return;
        for (var i = 0; i < Buckets; i++) _weights[i] = (float)(_weights[i] / _unit);
        _total /= _unit;
        _unit = 1;
    }

    private static double Position(double statistic) => statistic <= Smallest ? 0 : Math.Min(Math.Log(statistic / Smallest) / PerBucket + 1, Buckets - 1);

    private double SumFrom(int bucket)
    {
        var rest = _weights.AsSpan(bucket);
        var sums = Vector<float>.Zero;
        var i = 0;
        for (; i <= rest.Length - Vector<float>.Count; i += Vector<float>.Count) sums += new Vector<float>(rest[i..]);
        double sum = Vector.Sum(sums);
        for (; i < rest.Length; i++) sum += rest[i];
        return sum;
    }
}
