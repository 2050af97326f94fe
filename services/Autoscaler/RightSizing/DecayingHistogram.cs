namespace Platform.Autoscaler.RightSizing;

/// <summary>
/// Counts values in buckets that grow by 5 %, and lets what is older weigh less: half after each half-life. A percentile is the upper end
/// of its bucket, so never too small, and at most 5 % too large. Bounded: <see cref="Buckets"/> numbers whatever is added.
/// The idea is that of the Kubernetes VerticalPodAutoscaler's recommender (<c>pkg/recommender/util/decaying_histogram.go</c>).
/// </summary>
internal sealed class DecayingHistogram
{
    /// <summary>How many buckets there are: 1 : 1,000,000 between the smallest and the largest bound.</summary>
    public const int Buckets = 285;

    private const double Growth = 1.05;

    /// <summary>Weights are kept relative to a time; when that is so many half-lives ago, it is moved. 2^40 leaves 13 digits.</summary>
    private const double MostHalfLives = 40;

    /// <summary>What weighs less than this beside a new value of weight 1 is forgotten.</summary>
    private const double Negligible = 1e-6;

    private static readonly double LogGrowth = Math.Log(Growth);
    private readonly double[] _weights = new double[Buckets];
    private readonly double _first;
    private readonly TimeSpan _halfLife;
    private DateTimeOffset _reference;

    /// <param name="first">The upper end of the first bucket, above 0: smaller values are not told apart.</param>
    /// <param name="halfLife">How long until a value weighs half.</param>
    /// <param name="reference">A time not long before the first value.</param>
    public DecayingHistogram(double first, TimeSpan halfLife, DateTimeOffset reference)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(first, 0);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(halfLife, TimeSpan.Zero);
        (_first, _halfLife, _reference) = (first, halfLife, reference);
    }

    /// <summary>Nothing was added, or all of it has decayed to nothing.</summary>
    public bool IsEmpty => Array.TrueForAll(_weights, weight => weight <= 0);

    /// <summary>Adds a value. One that is not finite or below 0 changes nothing.</summary>
    /// <param name="value">The value.</param>
    /// <param name="weight">How much it counts beside others of the same time; a negative one takes back what was added at that time.</param>
    /// <param name="at">When it was measured; any order.</param>
    public void Add(double value, double weight, DateTimeOffset at)
    {
        if (!double.IsFinite(value) || value < 0 || !double.IsFinite(weight)) return;
        if ((at - _reference) / _halfLife > MostHalfLives) Rebase(at);
        ref var bucket = ref _weights[IndexOf(value)];
        bucket = Math.Max(0, bucket + (weight * Math.Pow(2, Math.Max((at - _reference) / _halfLife, -MostHalfLives))));
    }

    /// <summary>The value that this share of the weight lies at or below; 0 when empty. O(buckets).</summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share)
    {
        var total = 0.0;
        foreach (var weight in _weights) total += weight;
        if (total <= 0) return 0;
        var (sum, last) = (0.0, 0);
        for (var i = 0; i < Buckets; i++)
        {
            if (_weights[i] <= 0) continue;
            last = i;
            sum += _weights[i];
            if (sum >= share * total * (1 - 1e-12)) break;
        }

        return UpperEnd(last);
    }

    /// <summary>What is needed to go on after a restart.</summary>
    public HistogramState Save()
    {
        var largest = _weights.Max();
        return new HistogramState(_reference, [.. _weights.Select((weight, bucket) => new BucketState(bucket, weight)).Where(b => b.Weight > largest * Negligible)]);
    }

    /// <summary>Takes up what was saved, in place of what is there. Buckets that cannot be are left out.</summary>
    public void Restore(HistogramState state)
    {
        Array.Clear(_weights);
        _reference = state.Reference;
        foreach (var (bucket, weight) in state.Weights)
        {
            if (bucket is >= 0 and < Buckets && double.IsFinite(weight) && weight > 0) _weights[bucket] = weight;
        }
    }

    private double UpperEnd(int bucket) => _first * Math.Pow(Growth, bucket);

    private int IndexOf(double value) => value <= _first ? 0 : (int)Math.Min(Math.Ceiling((Math.Log(value / _first) / LogGrowth) - 1e-9), Buckets - 1);

    private void Rebase(DateTimeOffset to)
    {
        var factor = Math.Pow(2, -((to - _reference) / _halfLife));
        for (var i = 0; i < Buckets; i++) _weights[i] *= factor;
        _reference = to;
    }
}

/// <summary>A <see cref="DecayingHistogram"/> at rest.</summary>
/// <param name="Reference">The time that weights are relative to.</param>
/// <param name="Weights">The buckets that weigh anything.</param>
internal sealed record HistogramState(DateTimeOffset Reference, IReadOnlyList<BucketState> Weights);

/// <summary>A bucket's weight.</summary>
internal readonly record struct BucketState(int Bucket, double Weight);
