using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Api;

/// <summary>What the autoscaler recommends for an application now.</summary>
internal sealed record RecommendationView
{
    public required string Application { get; init; }

    /// <summary>Replicas wanted at present.</summary>
    public required int Current { get; init; }

    /// <summary>Replicas it should have.</summary>
    public required int Desired { get; init; }

    public required int Min { get; init; }

    public required int Max { get; init; }

    public required ScalingOutcome Outcome { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Why nothing is decided now; null: nothing stands in the way.</summary>
    public string? HeldBecause { get; init; }

    /// <summary>Until when a person's number stands; null: no such hold.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>When it was decided; null: not yet.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>When the next decision is due.</summary>
    public required DateTimeOffset NextDecision { get; init; }

    /// <summary>By what is decided.</summary>
    public required ScalingMode Mode { get; init; }

    /// <summary>The policy in force, with its version; null: the manifest's settings.</summary>
    public string? Policy { get; init; }

    /// <summary>The schedules in force; null: none.</summary>
    public string? Schedule { get; init; }

    /// <summary>What the metrics ask for, before windows and limits.</summary>
    public int? Recommended { get; init; }

    /// <summary>What the forecast asks for, in numbers; null: there is none.</summary>
    public ForecastEstimate? Forecast { get; init; }

    /// <summary>The windows and limits that changed it.</summary>
    public IReadOnlyList<string> LimitedBy { get; init; } = [];

    public IReadOnlyList<MetricEstimate> Metrics { get; init; } = [];

    /// <summary>What else than the number to change; null: asked for all applications.</summary>
    public Cost.OtherRecommendations? Others { get; init; }
}

/// <summary>A decision of the past.</summary>
internal sealed record DecisionView
{
    public required long Sequence { get; init; }

    public required string Application { get; init; }

    public required ScalingDecision Decision { get; init; }
}
