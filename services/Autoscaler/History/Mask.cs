namespace Platform.Autoscaler.History;

/// <summary>What a mask hides.</summary>
internal enum MaskScope
{
    /// <summary>What replicas use and how fast they are: a restart burns cpu that no user asked for. Demand is what it is.</summary>
    Resources,

    /// <summary>Everything: the demand is untypical too.</summary>
    Everything,
}

/// <summary>What made a stretch of time untypical.</summary>
internal enum MaskKind
{
    /// <summary>A rollout restarts replicas.</summary>
    Rollout,

    /// <summary>A critical alert lasts.</summary>
    Alert,

    /// <summary>It is experimented on.</summary>
    Experiment,
}

/// <summary>A stretch of time known to be untypical. Its measurements are kept, and handed on as missing.</summary>
internal sealed record Mask
{
    /// <summary>Longer than this is no disturbance but a state; also ends a mask whose end was never told.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Longer than planned, and not a word of its end: an experiment is over after this, whatever became of who ran it.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <summary>The rollout, alert or experiment.</summary>
    public required string Id { get; init; }

    public required string Application { get; init; }

    /// <summary><c>rollout of v2</c>, <c>alert NoReplicas</c>, <c>experiment kill-one</c>.</summary>
    public required string Cause { get; init; }

    public MaskKind Kind { get; init; }

    public required MaskScope Scope { get; init; }

    /// <summary>Some of the demand was made on purpose: as if it had not been measured at all.</summary>
    public bool InducesLoad { get; init; }

    public required DateTimeOffset Begins { get; init; }

    /// <summary>Null: it is under way.</summary>
    public DateTimeOffset? Ends { get; init; }

    /// <summary>If its end is never told, it ends then; null: after <see cref="Longest"/>.</summary>
    public DateTimeOffset? Latest { get; init; }

    /// <summary>Its end as far as is known at a time.</summary>
    public DateTimeOffset EndAt(DateTimeOffset now) => Ends is null && now < Bound ? now : Bound;

    /// <summary>It has begun, and has not ended as far as is known.</summary>
    public bool IsUnderWay(DateTimeOffset now) => Begins <= now && now < Bound;

    public bool Hides(string metric) => Scope == MaskScope.Everything || !Demand.Contains(metric);

    /// <summary>When something planned to take so long is over even if nobody says so.</summary>
    public static DateTimeOffset LatestOf(DateTimeOffset begins, TimeSpan planned) =>
        begins + (planned < TimeSpan.Zero ? TimeSpan.Zero : planned < Longest ? planned : Longest) + Slack;

    private DateTimeOffset Bound => (Ends ?? Latest) is { } end && end < Begins + Longest ? end : Begins + Longest;

    private static readonly string[] Demand =
    [
        Contracts.Metrics.MetricNames.Requests, Contracts.Metrics.MetricNames.InFlight, Contracts.Metrics.MetricNames.Held,
        Contracts.Metrics.MetricNames.WantedReplicas, Contracts.Metrics.MetricNames.ReadyReplicas,
    ];
}
