using System.Numerics;

namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// How rare a statistic of one kind is in a series' own past: a histogram over magnitudes with fading memory. Turns statistics without a common unit
/// into tail probabilities, which can be compared and combined (a conformal p-value: Laxhammar and Falkman, "Conformal prediction for distribution-independent
/// anomaly detection in streaming vessel data", 2010). 0.8 KB; O(buckets) per question, O(1) per addition.
/// </summary>
internal sealed class TailHistogram
{
    /// <summary>192 magnitudes, 15 % apart: eleven decades below the largest statistic so far. What is smaller is as good as zero.</summary>
    private const int Buckets = 192;

    /// <summary>Below this a statistic is rounding.</summary>
    private const double Smallest = 1e-12;

    private const double Renormalize = 1e12;
    private static readonly double PerBucket = Math.Log(1.15);
    private readonly float[] _weights = new float[Buckets];
    private readonly double _growth;

    /// <summary>The magnitude of the first bucket but the one for zero; <see cref="int.MinValue"/>: there was nothing but zeros.</summary>
    private int _lowest = int.MinValue;

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
        var above = bucket >= Buckets ? 0 : (SumFrom(bucket + 1) + _weights[bucket] * within) / _unit;
        return -Math.Log10((above + 0.5) / (_total / _unit + 1));
    }

    /// <summary>Remembers a statistic.</summary>
    public void Add(double statistic)
    {
        _unit *= _growth;
        var position = Position(statistic);
        if (position >= Buckets)
        {
            MoveUp((int)Math.Floor(Magnitude(statistic)));
            position = Buckets - 1;
        }

        _weights[(int)position] += (float)_unit;
        _total += _unit;
        if (_unit < Renormalize) return;
        for (var i = 0; i < Buckets; i++) _weights[i] = (float)(_weights[i] / _unit);
        _total /= _unit;
        _unit = 1;
    }

    private static double Magnitude(double statistic) => Math.Log(statistic) / PerBucket;

    /// <summary>The bucket, and how far within; 0: as good as zero; beyond the last: larger than all before.</summary>
    private double Position(double statistic)
    {
        if (statistic <= Smallest) return 0;
        var position = Magnitude(statistic) - _lowest + 1;
        return position < 1 ? 0 : Math.Min(position, Buckets);
    }

    /// <summary>Makes the last bucket that of a larger magnitude; what falls off below becomes as good as zero.</summary>
    private void MoveUp(int largest)
    {
        var lowest = largest - (Buckets - 2);
        var by = (int)Math.Min((long)lowest - _lowest, Buckets - 1);
        for (var i = 1; i <= by; i++) _weights[0] += _weights[i];
        Array.Copy(_weights, by + 1, _weights, 1, Buckets - 1 - by);
        Array.Clear(_weights, Buckets - by, by);
        _lowest = lowest;
    }

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
