using Platform.Deployment.Analysis.Kayenta;

namespace Platform.Deployment.Analysis.Added;

/// <summary>A figure that the canary is judged by beside its requests, and when it is bad.</summary>
public sealed record AddedMetric
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Where its readings come from, for people: <c>prometheus http://…: sum(…)</c>.</summary>
    public string Source { get; init; } = "";
    /// <summary>A reading above this is a failure; null: none is too high.</summary>
    public double? Max { get; init; }
    /// <summary>A reading below this is a failure; null: none is too low.</summary>
    public double? Min { get; init; }
    /// <summary>How it is compared with the baseline's; null: it is not.</summary>
    public MetricComparison? Comparison { get; init; }
    /// <summary>So many failures are forgiven over the whole rollout, 0 or more.</summary>
    public int FailureLimit { get; init; }
    /// <summary>So many readings in a row may give no value before nothing passes any more, 0 or more.</summary>
    public int ConsecutiveErrorLimit { get; init; } = 4;
    /// <summary>True: it is read in certain steps only, which wait for it: that it has no reading yet holds nothing back.</summary>
    public bool Inline { get; init; }
    /// <summary>Statistical judge: its share of the budget relative to that of other compared metrics, above 0.</summary>
    public double Weight { get; init; } = 1;
    /// <summary>Kayenta's judge: the group that it counts in.</summary>
    public string Group { get; init; } = "";
    /// <summary>Kayenta's judge: its failure alone makes the score 0.</summary>
    public bool Critical { get; init; }
}

/// <summary>How a canary's reading is compared with the baseline's of the same moment.</summary>
/// <param name="Direction">Which way is bad.</param>
/// <param name="Tolerance">How far beyond the baseline's it may be, relative to it, 0 or more.</param>
public sealed record MetricComparison(MetricDirection Direction, double Tolerance)
{
    /// <summary>Above the baseline's by more than the tolerance.</summary>
    public bool IsHigh(double canary, double baseline) => Direction != MetricDirection.Decrease && canary > baseline + Tolerance * Math.Abs(baseline);

    /// <summary>Below it by more than that.</summary>
    public bool IsLow(double canary, double baseline) => Direction != MetricDirection.Increase && canary < baseline - Tolerance * Math.Abs(baseline);
}

/// <summary>One reading of an added metric: a value, or why there is none.</summary>
public sealed record MetricReading
{
    /// <summary>The metric's name.</summary>
    public required string Metric { get; init; }
    /// <summary>When it was taken, UTC.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The canary's value, finite; null: there is none.</summary>
    public double? Canary { get; init; }
    /// <summary>The baseline's value of the same moment, finite; null: not asked for, or there is none.</summary>
    public double? Baseline { get; init; }
    /// <summary>Why there is no value; null: there is one.</summary>
    public string? Problem { get; init; }
}
