namespace Platform.Autoscaler.History;

/// <summary>What a mask hides.</summary>
internal enum MaskScope
{
    /// <summary>What replicas use and how fast they are: a restart burns cpu that no user asked for. Demand is what it is.</summary>
    Resources,

    /// <summary>Everything: the demand is untypical too.</summary>
    Everything,
}

/// <summary>A stretch of time known to be untypical. Its measurements are kept, and handed on as missing.</summary>
internal sealed record Mask
{
    /// <summary>Longer than this is no disturbance but a state; also ends a mask whose end was never told.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>The rollout, alert or experiment.</summary>
    public required string Id { get; init; }

    public required string Application { get; init; }

    /// <summary><c>rollout of v2</c>, <c>alert NoReplicas</c>, <c>experiment kill-one</c>.</summary>
    public required string Cause { get; init; }

    public required MaskScope Scope { get; init; }

    public required DateTimeOffset Begins { get; init; }

    /// <summary>Null: it is under way.</summary>
    public DateTimeOffset? Ends { get; init; }

    /// <summary>Its end as far as is known at a time.</summary>
    public DateTimeOffset EndAt(DateTimeOffset now)
    {
        var latest = Begins + Longest;
        return Ends is { } ends ? (ends < latest ? ends : latest) : now < latest ? now : latest;
    }

    public bool Hides(string metric) => Scope == MaskScope.Everything || !Demand.Contains(metric);

    private static readonly string[] Demand =
    [
        Contracts.Metrics.MetricNames.Requests, Contracts.Metrics.MetricNames.InFlight, Contracts.Metrics.MetricNames.Held,
        Contracts.Metrics.MetricNames.WantedReplicas, Contracts.Metrics.MetricNames.ReadyReplicas,
    ];
}
