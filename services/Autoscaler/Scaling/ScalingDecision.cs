using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>How a decision ended.</summary>
internal enum ScalingOutcome
{
    /// <summary>The wanted number is changed.</summary>
    Scale,

    /// <summary>The present number is right, or a window or limit keeps it.</summary>
    Keep,

    /// <summary>Nothing was decided: something else has the application for now, or there is nothing to decide from.</summary>
    Held,

    /// <summary>Another number would be right, and the mode is to say so and do nothing.</summary>
    Recommended,

    /// <summary>Automatic scaling is off: no metrics in the manifest, or scaled to zero by hand.</summary>
    Disabled,
}

/// <summary>A decision with the numbers that led to it.</summary>
internal sealed record ScalingDecision
{
    public required DateTimeOffset At { get; init; }

    public required ScalingOutcome Outcome { get; init; }

    public required int Current { get; init; }

    public required int Desired { get; init; }

    /// <summary>What the metrics ask for, before windows and limits; null: they were not asked, or did not answer.</summary>
    public int? Recommended { get; init; }

    /// <summary>After the stabilisation windows, before the limits.</summary>
    public int? Stabilized { get; init; }

    /// <summary>Which window or limit changed the recommendation, in the HPA's condition names; empty: none.</summary>
    public IReadOnlyList<string> LimitedBy { get; init; } = [];

    public IReadOnlyList<MetricEstimate> Metrics { get; init; } = [];

    /// <summary>By what it was decided.</summary>
    public ScalingMode Mode { get; init; }

    /// <summary>What the forecast asks for, and from which numbers; null: there is none.</summary>
    public ForecastEstimate? Forecast { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    public bool Changes => Outcome is ScalingOutcome.Scale;
}

/// <summary>What one metric asks for.</summary>
internal sealed record MetricEstimate
{
    public required string Name { get; init; }

    public required double Target { get; init; }

    /// <summary>Average per counted replica; null: not known.</summary>
    public double? Value { get; init; }

    /// <summary><see cref="Value"/> ÷ <see cref="Target"/> as it was used: with missing and not-ready replicas filled in.</summary>
    public double? Ratio { get; init; }

    /// <summary>Replicas it asks for; null: it could not say.</summary>
    public int? Replicas { get; init; }

    /// <summary>Replicas that had a usable value.</summary>
    public int Counted { get; init; }

    /// <summary>Replicas without a value.</summary>
    public int Missing { get; init; }

    /// <summary>Replicas that are not ready yet (for cpu: or still initialising).</summary>
    public int NotReady { get; init; }

    /// <summary>What is special about it, or why it is not known.</summary>
    public string? Note { get; init; }
}

/// <summary>What a forecast asks for, in numbers.</summary>
internal sealed record ForecastEstimate
{
    /// <summary>Replicas it asks for.</summary>
    public required int Replicas { get; init; }

    /// <summary>The demand most likely when a replica started now is ready, requests per second.</summary>
    public required double Demand { get; init; }

    /// <summary>The demand that is planned for: the quantile at <see cref="Level"/>.</summary>
    public required double Quantile { get; init; }

    /// <summary>The probability that the demand stays below <see cref="Quantile"/>.</summary>
    public required double Level { get; init; }

    /// <summary>Requests per second that one replica serves while its answers stay fast enough.</summary>
    public required double Capacity { get; init; }

    /// <summary>How far ahead it looks: when a replica ordered now serves.</summary>
    public required TimeSpan Ahead { get; init; }

    /// <summary>How long a replica takes to start.</summary>
    public required TimeSpan StartUp { get; init; }

    /// <summary>The cost of being wrong in one direction: replicas that are idle if the demand is as expected.</summary>
    public double IdleIfAsExpected { get; init; }

    /// <summary>The cost of being wrong in the other: the share of requests over capacity to be expected with one replica fewer, 0 to 1.</summary>
    public double AtRiskWithOneFewer { get; init; }

    /// <summary>The probability that <see cref="Replicas"/> are enough then.</summary>
    public double Confidence { get; init; }
}
