namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>Which way a metric must move to count against the canary.</summary>
public enum MetricDirection
{
    /// <summary>Up.</summary>
    Increase,
    /// <summary>Down.</summary>
    Decrease,
    /// <summary>Either way.</summary>
    Either,
}

/// <summary>What becomes of points without a value.</summary>
public enum MissingValues
{
    /// <summary>They are left out.</summary>
    Remove,
    /// <summary>They count as zero: for counts, where nothing happened.</summary>
    Zero,
}

/// <summary>What a metric's points say.</summary>
public enum MetricClass
{
    /// <summary>Not clearly beyond tolerance.</summary>
    Pass,
    /// <summary>Clearly above the baseline.</summary>
    High,
    /// <summary>Clearly below it.</summary>
    Low,
    /// <summary>One side has no points.</summary>
    NoData,
}

/// <summary>How one metric is judged.</summary>
public sealed record KayentaMetric
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>The group that it counts in.</summary>
    public required string Group { get; init; }
    /// <summary>Which way is bad; up by default.</summary>
    public MetricDirection Direction { get; init; } = MetricDirection.Increase;
    /// <summary>What becomes of missing points; left out by default.</summary>
    public MissingValues Missing { get; init; } = MissingValues.Remove;
    /// <summary>True: a failure of this metric alone makes the score 0.</summary>
    public bool Critical { get; init; }
    /// <summary>True: without data it fails.</summary>
    public bool MustHaveData { get; init; }
    /// <summary>Drops points beyond this many interquartile ranges from the quartiles; null keeps them all. 3 by default.</summary>
    public double? OutlierFactor { get; init; } = 3;
    /// <summary>The whole interval must lie beyond this part of the Hodges-Lehmann estimate; 0.25 by default.</summary>
    public double Tolerance { get; init; } = 0.25;
    /// <summary>Confidence of the interval; 0.98 by default.</summary>
    public double Confidence { get; init; } = 0.98;
    /// <summary>A rise counts only from this ratio of the means on; 1 by default.</summary>
    public double AllowedIncrease { get; init; } = 1;
    /// <summary>A fall counts only up to this ratio of the means; 1 by default.</summary>
    public double AllowedDecrease { get; init; } = 1;

    /// <summary>Compares the two series.</summary>
    /// <param name="canary">Its points; NaN: none at that time. In any order.</param>
    /// <param name="baseline">The same.</param>
    public MetricClass Classify(IReadOnlyList<double> canary, IReadOnlyList<double> baseline)
    {
        var (experiment, control) = (Prepare(canary), Prepare(baseline));
        if (Missing == MissingValues.Zero)
        {
            if (experiment.Length == 0) experiment = [0];
            if (control.Length == 0) control = [0];
        }

        if (experiment.Length == 0 || control.Length == 0) return MetricClass.NoData;
        Array.Sort(experiment);
        Array.Sort(control);
        if (experiment.AsSpan().SequenceEqual(control)) return MetricClass.Pass;
        if (Math.Min(experiment[0], control[0]) == Math.Max(experiment[^1], control[^1])) return MetricClass.Pass;
        var (up, down) = (Direction != MetricDirection.Decrease, Direction != MetricDirection.Increase);
        if (!(up && MannWhitney.LiesAbove(experiment, control, Confidence)) && !(down && MannWhitney.LiesAbove(control, experiment, Confidence)))
            return MetricClass.Pass; // the interval reaches zero, or lies on the good side of it
        var shift = MannWhitney.Compare(experiment, control, Confidence);
        var bound = Tolerance * Math.Abs(shift.Estimate);
        var ratio = control.Average() is > 0 and var mean ? experiment.Average() / mean : double.PositiveInfinity;
        if (up && shift.Low > bound && ratio >= AllowedIncrease) return MetricClass.High;
        return down && shift.High < -bound && ratio <= AllowedDecrease ? MetricClass.Low : MetricClass.Pass;
    }

    private double[] Prepare(IReadOnlyList<double> values)
    {
        var present = Missing == MissingValues.Zero
            ? values.Select(v => double.IsFinite(v) ? v : 0).ToArray()
            : values.Where(double.IsFinite).ToArray();
        return OutlierFactor is { } factor ? Outliers.Remove(present, factor) : present;
    }
}
