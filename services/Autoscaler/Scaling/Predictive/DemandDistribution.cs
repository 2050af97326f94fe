namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>A predictive distribution of demand: log(demand + offset) is middle + scale × an error drawn from recent ones.</summary>
internal readonly record struct DemandDistribution(double Middle, double Scale, double Offset, ErrorDistribution Errors)
{
    public double Quantile(double level) => Value(Errors.Quantile(level));

    /// <summary>The probability that the demand is no higher.</summary>
    public double ProbabilityAtMost(double demand) => Scale > 0 ? Errors.ProbabilityAtMost((Math.Log(Math.Max(0, demand) + Offset) - Middle) / Scale) : 1;

    /// <summary>
    /// How much of each replica the demand will use on average: <c>E[clamp(demand ÷ capacity − (k − 1), 0, 1)]</c> for k = 1, 2, … It falls with k;
    /// what lies beyond k replicas on average is the sum of the entries after k. O(cells + replicas).
    /// </summary>
    /// <param name="capacity">Demand that one replica serves.</param>
    /// <param name="use">Filled from k = 1 on.</param>
    public void ExpectedUse(double capacity, Span<double> use)
    {
        use.Clear();
        var counts = Errors.Counts;
        var positions = ErrorDistribution.Positions;
        for (var cell = 0; cell < counts.Length; cell++)
        {
            var replicas = Math.Min(use.Length, Value(positions[cell]) / capacity);
            var full = (int)replicas;
            if (full > 0) use[full - 1] += counts[cell];
            if (full < use.Length)
            {
                // Differences of what is summed up from behind below: a share for one replica more alone.
                var share = (replicas - full) * counts[cell];
                use[full] += share;
                if (full > 0) use[full - 1] -= share;
            }
        }

        for (var k = use.Length - 2; k >= 0; k--) use[k] += use[k + 1];
        for (var k = 0; k < use.Length; k++) use[k] /= Errors.Total;
    }

    private double Value(double error) => Math.Max(0, Math.Exp(Math.Min(600, Middle + (Scale * error))) - Offset);
}
