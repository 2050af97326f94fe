namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// A predictive distribution of demand: log(demand + offset) is middle + scale × an error drawn from recent ones. In a surge a part of it is the
/// trend of the last minutes with errors as surges in general have them.
/// </summary>
internal readonly record struct DemandDistribution(double Middle, double Scale, double Offset, ErrorDistribution Errors)
{
    private const double TrendScale = 0.1;
    private const int Halvings = 60;
    private static readonly ErrorDistribution TrendErrors = ErrorDistribution.OfSurges(double.MaxValue);

    /// <summary>How much of it is the trend, in [0, 1].</summary>
    public double TrendWeight { get; init; }

    /// <summary>Log (demand + offset) by the trend.</summary>
    public double TrendMiddle { get; init; }

    /// <param name="level">In (0, 1).</param>
    public double Quantile(double level)
    {
        var alone = Value(Middle, Scale, Errors.Quantile(level));
        if (TrendWeight <= 0) return alone;

        // The mixture's quantile lies between those of its parts.
        var trend = Value(TrendMiddle, TrendScale, TrendErrors.Quantile(level));
        var (low, high) = (Math.Min(alone, trend), Math.Max(alone, trend));
        for (var i = 0; i < Halvings && high - low > 1e-9 * high; i++)
        {
            var middle = (low + high) / 2;
            if (ProbabilityAtMost(middle) < level) low = middle;
            else high = middle;
        }

        return high;
    }

    /// <summary>The probability that the demand is no higher.</summary>
    public double ProbabilityAtMost(double demand)
    {
        var log = Math.Log(Math.Max(0, demand) + Offset);
        var alone = Errors.ProbabilityAtMost((log - Middle) / Scale);
        return TrendWeight <= 0 ? alone : ((1 - TrendWeight) * alone) + (TrendWeight * TrendErrors.ProbabilityAtMost((log - TrendMiddle) / TrendScale));
    }

    /// <summary>
    /// How much of each replica the demand will use on average: <c>E[clamp(demand ÷ capacity − (k − 1), 0, 1)]</c> for k = 1, 2, … It falls with k;
    /// what lies beyond k replicas on average is the sum of the entries after k. O(cells + replicas).
    /// </summary>
    /// <param name="capacity">Demand that one replica serves.</param>
    /// <param name="use">Filled from k = 1 on.</param>
    public void ExpectedUse(double capacity, Span<double> use)
    {
        use.Clear();
        Add(Errors, Middle, Scale, 1 - TrendWeight, capacity, use);
        if (TrendWeight > 0) Add(TrendErrors, TrendMiddle, TrendScale, TrendWeight, capacity, use);
        for (var k = use.Length - 2; k >= 0; k--) use[k] += use[k + 1];
    }

    /// <summary>Adds differences, to be summed up from behind: a whole replica for all up to k, a share for one more alone.</summary>
    private void Add(ErrorDistribution errors, double middle, double scale, double weight, double capacity, Span<double> use)
    {
        var positions = ErrorDistribution.Positions;
        for (var cell = 0; cell < positions.Length; cell++)
        {
            var probability = weight * errors.Probability(cell);
            var replicas = Math.Min(use.Length, Value(middle, scale, positions[cell]) / capacity);
            var full = (int)replicas;
            if (full > 0) use[full - 1] += probability;
            if (full >= use.Length) continue;
            var share = (replicas - full) * probability;
            use[full] += share;
            if (full > 0) use[full - 1] -= share;
        }
    }

    private double Value(double middle, double scale, double error) => Math.Max(0, Math.Exp(Math.Min(600, middle + (scale * error))) - Offset);
}
