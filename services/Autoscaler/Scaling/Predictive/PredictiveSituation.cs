namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>What a predictive decision depends on beside what its scaler has observed.</summary>
internal sealed record PredictiveSituation
{
    /// <summary>Replicas that serve.</summary>
    public required int Ready { get; init; }

    /// <summary>For each replica that starts, in how long it should serve; any order.</summary>
    public IReadOnlyList<TimeSpan> Starting { get; init; } = [];

    /// <summary>Demand that one replica serves within its target, in the unit of what is observed, above 0.</summary>
    public required double Capacity { get; init; }

    /// <summary>From asking for a replica until it serves.</summary>
    public required TimeSpan Startup { get; init; }

    /// <summary>Fewest replicas.</summary>
    public required int Min { get; init; }

    /// <summary>Most replicas.</summary>
    public required int Max { get; init; }
}
