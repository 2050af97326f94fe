namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// How much more the canary's share of bad requests jumps about from block to block, beside the baseline's, than requests that are bad
/// independently of each other would let it: 1 if they are, d if they come d at a time (a paused process makes every request of that
/// moment slow). Successive differences (von Neumann 1941) do not mind a level that is high or drifts; what jumps in both revisions at
/// once cancels; and one jump to another level counts as one jump.
/// </summary>
internal sealed class Dispersion
{
    private const double PriorBlocks = 20; // as much as 20 blocks without any excess
    private const double Largest = 25; // a single jump counts no more than this, or a sudden regression would hide itself
    private const double Memory = 0.99;
    private BlockCounts _last;
    private double _sum, _weight;

    /// <summary>The excess, at least 1.</summary>
    public double Value { get; private set; } = 1;

    public void Add(BlockCounts block)
    {
        var (before, both) = (_last, _last + block);
        _last = block;
        if (before.Canary == 0 || both.CanaryBad < 2) return;
        var expected = Variance(both.CanaryBad, before.Canary, block.Canary) + Variance(both.BaselineBad, before.Baseline, block.Baseline);
        if (expected <= 0) return;
        var jump = Share(block.CanaryBad, block.Canary) - Share(before.CanaryBad, before.Canary)
            - Share(block.BaselineBad, block.Baseline) + Share(before.BaselineBad, before.Baseline);
        _sum = _sum * Memory + Math.Min(jump * jump / expected, Largest);
        _weight = _weight * Memory + 1;
        Value = Math.Max(1, (PriorBlocks + _sum) / (PriorBlocks + _weight));
    }

    private static double Share(long bad, long requests) => requests == 0 ? 0 : (double)bad / requests;

    /// <summary>Of the difference of two shares, given their sum: hypergeometric.</summary>
    private static double Variance(long bad, long first, long second)
    {
        var n = first + second;
        if (first == 0 || second == 0 || n < 2) return 0;
        var share = (double)bad / n;
        return share * (1 - share) * (1.0 / first + 1.0 / second) * n / (n - 1);
    }
}
