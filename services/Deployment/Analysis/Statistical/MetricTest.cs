namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// Follows one kind of bad request: assembles intervals to blocks that have requests of both revisions, bets on each block for several
/// sizes of the regression, and keeps the evidence.
/// </summary>
/// <param name="name">The metric's name.</param>
/// <param name="weight">Its part of the budget, 0 to 1.</param>
/// <param name="ratio">The canary's chance of a bad request may be this many times the baseline's …</param>
/// <param name="slack">… plus this.</param>
/// <param name="horizon">See <see cref="EvidenceProcess"/>.</param>
/// <param name="mostPerSecond">
/// The most that one second may say, as a logarithm: requests of one moment share its fate, and no single second decides.
/// </param>
/// <param name="absolute">What the canary's chance must not exceed, whatever the baseline's is; null: it is compared with the baseline.</param>
internal sealed class MetricTest(string name, double weight, double ratio, double slack, double horizon, double mostPerSecond, double? absolute = null)
{
    /// <summary>
    /// Odds of a bad request, as multiples of those that are just within tolerance, from hardly noticeable to all broken, and what part
    /// of the capital suspects them. The small ones need many requests anyway, and can wait a little longer.
    /// </summary>
    private static readonly double[] Odds = [1.1, 1.3, 1.8, 3, 7, 25, 300];
    private static readonly double[] Parts = [0.05, 0.08, 0.17, 0.2, 0.2, 0.15, 0.15];

    private const double LongestWait = 5; // seconds for which requests of the canary wait for some of the baseline to stand beside them
    private const double LongestBlock = 10; // and those of the baseline for some of the canary
    private const double MostAllowed = 0.98;

    private readonly EvidenceProcess _evidence = new(Parts, horizon);
    private readonly Dispersion _dispersion = new();
    private BlockCounts _block;
    private double _blockBegan, _expected;
    private bool _alone; // the baseline has gone: nothing to wait for

    public string Name => name;

    public double Weight => weight;

    /// <summary>What it is compared with where that is no baseline.</summary>
    public double? Absolute => absolute;

    /// <summary>The e-value.</summary>
    public double Value => _evidence.Value;

    /// <summary>Everything that was bet on.</summary>
    public BlockCounts Total { get; private set; }

    /// <summary>True: the next <see cref="Add"/> begins a block, and <see cref="Begin"/> must be called before it.</summary>
    public bool IsBetween => _block == default;

    /// <summary>Begins a block.</summary>
    /// <param name="seconds">When the first interval of it began.</param>
    /// <param name="expected">What the baseline's chance of a bad request is thought to be, from what came before the block.</param>
    public void Begin(double seconds, double expected)
    {
        _blockBegan = seconds;
        _expected = expected;
    }

    /// <summary>Adds an interval to the block and, when it is complete, settles the bets.</summary>
    /// <param name="seconds">When the interval ended.</param>
    /// <param name="counts">What it brought.</param>
    /// <param name="past">What stands in for the baseline where there is none beside the canary; default: nothing to bet on then.</param>
    public void Add(double seconds, BlockCounts counts, PastShare past = default)
    {
        _block += counts;
        var length = seconds - _blockBegan;
        if (_block.Canary > 0 && absolute is not null) Settle(seconds, length, absolute);
        else if (_block is { Canary: > 0, Baseline: > 0 }) Settle(seconds, length, null);
        else if (length < (_block.Canary == 0 ? LongestBlock : _alone ? 0 : LongestWait)) return;
        else if (_block.Canary > 0 && past.Requests > 0) Settle(seconds, length, ratio * past.Highest + slack);
        if (_block.Canary > 0) _alone = _block.Baseline == 0;
        _block = default;
    }

    /// <summary>Before the canary serves: how the baseline alone behaves.</summary>
    public void AddBaseline(long requests, long bad) => _dispersion.Add(new BlockCounts(0, 0, requests, bad));

    public void Keep(TrialNotes notes)
    {
        _evidence.Keep(notes);
        _dispersion.Keep(notes);
        _block = BlockCounts.Kept(notes, _block);
        notes.Double(ref _blockBegan);
        notes.Double(ref _expected);
        notes.Flag(ref _alone);
        Total = BlockCounts.Kept(notes, Total);
    }

    private void Settle(double seconds, double length, double? limit)
    {
        Span<double> factors = stackalloc double[Odds.Length];
        var most = mostPerSecond * Math.Max(1, length);
        var allowed = Math.Max(limit ?? ratio * _expected + slack, 1e-6);
        if (allowed > MostAllowed) return; // the baseline is broken itself
        for (var i = 0; i < Odds.Length; i++)
        {
            var odds = allowed / (1 - allowed) * Odds[i];
            var suspected = odds / (1 + odds);
            var bet = limit is null
                ? BlockBet.Against(_block.Canary, _block.Baseline, suspected, _expected, ratio, slack)
                : BlockBet.Against(suspected, allowed);
            // Less than the whole of it is still an e-value: E[Lᵗ] ≤ E[L]ᵗ for t ≤ 1.
            factors[i] = Math.Min(most, bet.LogFactor(_block) / _dispersion.Value);
        }

        _evidence.Settle(seconds, factors);
        _dispersion.Add(_block);
        Total += _block;
    }
}

/// <summary>How often requests of the baseline's past were bad.</summary>
/// <param name="Bad">How many.</param>
/// <param name="Requests">Of how many.</param>
/// <param name="Alpha">Chance that <see cref="Highest"/> is too low.</param>
internal readonly record struct PastShare(long Bad, long Requests, double Alpha)
{
    /// <summary>The highest that their chance can have been.</summary>
    public double Highest => Proportion.Interval(Bad, Requests, Alpha).High;
}
