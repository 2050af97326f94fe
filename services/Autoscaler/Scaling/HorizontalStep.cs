using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>How the HPA's algorithm came to its number.</summary>
internal enum HorizontalCase
{
    /// <summary>Scaled to 0, which switches automatic scaling off.</summary>
    SwitchedOff,

    /// <summary>More than the maximum.</summary>
    AboveMaximum,

    /// <summary>Fewer than the minimum.</summary>
    BelowMinimum,

    /// <summary>There is no metric to scale by.</summary>
    NoMetric,

    /// <summary>There is no replica to measure.</summary>
    NoReplica,

    /// <summary>No metric is known.</summary>
    NothingKnown,

    /// <summary>It would shrink, but not every metric is known.</summary>
    NotEverythingKnown,

    /// <summary>By the metrics.</summary>
    Decided,
}

/// <summary>
/// A step of the HPA's algorithm, in numbers alone and without allocation: what <see cref="HorizontalScaler"/> explains, and what shadows of it do
/// many times over.
/// </summary>
/// <param name="Case">How it came to be.</param>
/// <param name="Desired">The number to have.</param>
/// <param name="Recommended">What the metrics ask for, before windows and limits; null: they were not asked, or did not answer.</param>
/// <param name="Stabilized">After the stabilisation windows, before the limits.</param>
/// <param name="Limit">Which limit changed it, in the HPA's condition names; null: none.</param>
/// <param name="Leading">The index of the metric that asks for most.</param>
internal readonly record struct HorizontalStep(HorizontalCase Case, int Desired, int? Recommended = null, int? Stabilized = null, string? Limit = null, int Leading = -1)
{
    /// <summary>The needs of so many metrics may lie on the stack.</summary>
    public const int MostOnStack = 16;

    /// <param name="current">Replicas wanted at present.</param>
    /// <param name="min">The fewest allowed.</param>
    /// <param name="max">The most allowed.</param>
    /// <param name="behavior">Windows and policies.</param>
    /// <param name="needs">What each metric asks for.</param>
    /// <param name="history">What was recommended and changed before.</param>
    /// <param name="now">The time.</param>
    public static HorizontalStep Of(int current, int min, int max, ScalingBehavior behavior, ReadOnlySpan<MetricNeed> needs, ScalingHistory history, DateTimeOffset now)
    {
        if (OfBounds(current, min, max, needs.Length) is { } outside) return outside;
        var (leading, unknown) = (-1, 0);
        for (var i = 0; i < needs.Length; i++)
        {
            if (needs[i].Replicas is not { } replicas) unknown++;
            else if (leading < 0 || replicas > needs[leading].Replicas) leading = i;
        }

        if (leading < 0) return new HorizontalStep(HorizontalCase.NothingKnown, current);
        var recommended = needs[leading].Replicas!.Value;
        if (unknown > 0 && recommended < current) return new HorizontalStep(HorizontalCase.NotEverythingKnown, current, Leading: leading);

        var stabilized = Stabilization.Apply(recommended, current, behavior, history, now);
        var (desired, limit) = Limited(stabilized, current, min, max, behavior, history, now);
        return new HorizontalStep(HorizontalCase.Decided, desired, recommended, stabilized, limit, leading);
    }

    /// <summary>What is decided before any metric is looked at; null: the metrics decide.</summary>
    public static HorizontalStep? OfBounds(int current, int min, int max, int metrics)
    {
        if (current == 0 && min > 0) return new HorizontalStep(HorizontalCase.SwitchedOff, current);
        if (current > max) return new HorizontalStep(HorizontalCase.AboveMaximum, max, Limit: "TooManyReplicas");
        if (current < min) return new HorizontalStep(HorizontalCase.BelowMinimum, min, Limit: "TooFewReplicas");
        if (metrics == 0) return new HorizontalStep(HorizontalCase.NoMetric, current);
        return current == 0 ? new HorizontalStep(HorizontalCase.NoReplica, current) : null;
    }

    private static (int Desired, string? Limit) Limited(int stabilized, int current, int min, int max, ScalingBehavior behavior, ScalingHistory history, DateTimeOffset now)
    {
        if (stabilized > current)
        {
            var rate = RateLimit.Up(current, behavior, history, now);
            var most = Math.Min(max, rate);
            return stabilized <= most ? (stabilized, null) : (most, rate < max ? "ScaleUpLimit" : "TooManyReplicas");
        }

        if (stabilized < current)
        {
            var rate = RateLimit.Down(current, behavior, history, now);
            var fewest = Math.Max(min, rate);
            return stabilized >= fewest ? (stabilized, null) : (fewest, rate > min ? "ScaleDownLimit" : "TooFewReplicas");
        }

        return (stabilized, null);
    }
}
