namespace Platform.Gateway.Balancing;

/// <summary>
/// Splits requests by weight. The n-th request falls at the fractional part of n·φ⁻¹ (a Weyl sequence with the golden ratio), the
/// sequence of lowest discrepancy there is in one dimension: after n requests each share is off by O(log n) requests, where random
/// choice is off by O(√n). No lock, no state but the counter, no bursts to one side.
/// </summary>
internal sealed class WeightedSplit
{
    private const ulong InverseGoldenRatio = 0x9E3779B97F4A7C15; // ⌊2⁶⁴/φ⌋, odd

    private readonly long[] _upTo;

    /// <param name="weights">One weight per choice, each 0 or more.</param>
    public WeightedSplit(IEnumerable<int> weights)
    {
        var sum = 0L;
        _upTo = [.. weights.Select(w => sum += Math.Max(w, 0))];
        Total = sum;
    }

    /// <summary>The sum of all weights; 0: nothing can be chosen.</summary>
    public long Total { get; }

    /// <summary>The choice of the n-th request, −1 if all weights are 0. O(choices).</summary>
    /// <param name="turn">The request's number.</param>
    public int Choose(ulong turn)
    {
        if (Total == 0) return -1;
        var point = Point(turn, Total);
        for (var i = 0; i < _upTo.Length; i++)
        {
            if (point < _upTo[i]) return i;
        }

        return _upTo.Length - 1;
    }

    /// <summary>Where the n-th request falls among <paramref name="total"/> places: 0 to total − 1.</summary>
    public static long Point(ulong turn, long total) => (long)Math.BigMul(turn * InverseGoldenRatio, (ulong)total, out _);
}
