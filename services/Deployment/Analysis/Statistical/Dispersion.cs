namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// How much more the share of bad requests jumps about from block to block than requests that are bad independently of each other would
/// let it: 1 if they are, d if they come d at a time (a paused process makes every request of that moment slow). Measured on the canary
/// beside the baseline, where what jumps in both at once cancels; until that has been seen for a while, the baseline alone says what to
/// expect. Successive differences (von Neumann 1941) do not mind a level that is high or drifts, and a jump to another level counts once.
/// </summary>
internal sealed class Dispersion
{
    private const double PriorBlocks = 20; // as much as 20 blocks
    private BlockCounts _last;
    private Mean _alone, _beside;
    private double _value = 1;

    /// <summary>The excess, at least 1.</summary>
    public double Value => _value;

    public void Add(BlockCounts block)
    {
        var (before, both) = (_last, _last + block);
        _last = block;
        var baseline = Variance(both.BaselineBad, before.Baseline, block.Baseline);
        var jump = Share(block.BaselineBad, block.Baseline) - Share(before.BaselineBad, before.Baseline);
        if (both.BaselineBad > 1 && baseline > 0) _alone.Add(jump * jump / baseline);
        var canary = Variance(both.CanaryBad, before.Canary, block.Canary);
        if (both.CanaryBad > 1 && canary > 0)
        {
            jump = Share(block.CanaryBad, block.Canary) - Share(before.CanaryBad, before.Canary) - jump;
            _beside.Add(jump * jump / (canary + baseline));
        }

        _value = Math.Max(1, _beside.Towards(Math.Max(1, _alone.Towards(1, PriorBlocks)), PriorBlocks));
    }

    public void Keep(TrialNotes notes)
    {
        _last = BlockCounts.Kept(notes, _last);
        _alone.Keep(notes);
        _beside.Keep(notes);
        notes.Double(ref _value);
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

    /// <summary>A mean that forgets slowly.</summary>
    private struct Mean
    {
        private const double Largest = 25; // a single jump counts no more than this, or a sudden regression would hide itself
        private const double Memory = 0.99;
        private double _sum, _weight;

        public void Add(double value)
        {
            _sum = _sum * Memory + Math.Min(value, Largest);
            _weight = _weight * Memory + 1;
        }

        public void Keep(TrialNotes notes)
        {
            notes.Double(ref _sum);
            notes.Double(ref _weight);
        }

        public readonly double Towards(double prior, double weight) => (prior * weight + _sum) / (weight + _weight);
    }
}
