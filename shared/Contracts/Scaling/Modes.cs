namespace Platform.Contracts.Scaling;

/// <summary>By what the number of replicas is decided.</summary>
public enum ScalingMode
{
    /// <summary>By what is measured now, as the Kubernetes HorizontalPodAutoscaler does, or by rules.</summary>
    Reactive,
    /// <summary>By the forecast of the demand at the time when a replica started now would be ready.</summary>
    Predictive,
    /// <summary>By the forecast, and never fewer than what is measured now asks for.</summary>
    Hybrid,
    /// <summary>Decides and explains as <see cref="Hybrid"/>, and does nothing.</summary>
    Recommend,
}

/// <summary>A condition that has to last, and the step that it then causes.</summary>
public sealed record ScalingRule
{
    /// <summary><c>cpu</c>, <c>memory</c> (share of what was requested), <c>latency</c> (95th percentile, seconds), <c>queue</c> (requests waiting or in flight per replica, or what a source of that name among <see cref="ScalingSettings.Metrics"/> says), or any scraped metric.</summary>
    public required string Metric { get; init; }
    /// <summary>The condition holds above this; null: it looks below.</summary>
    public double? Above { get; init; }
    /// <summary>The condition holds below this; null: it looks above.</summary>
    public double? Below { get; init; }
    /// <summary>How long it has to hold without a break.</summary>
    public required TimeSpan For { get; init; }
    /// <summary>Replicas to add (above 0) or to take away (below 0).</summary>
    public required int Change { get; init; }
    /// <summary>No further step in the same direction for so long after a step; a step down also waits this long after a step up.</summary>
    public required TimeSpan CoolDown { get; init; }
}

/// <summary>Other limits at certain times: every week between two times of the day, once between two moments, or from each time of a cron line on.</summary>
public sealed record ScalingSchedule
{
    /// <summary>Its name, for explanations.</summary>
    public required string Name { get; init; }
    /// <summary>On which days it begins; empty: on every day.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; init; } = [];
    /// <summary>When it begins, <c>08:00</c>; null: <c>00:00</c>.</summary>
    public string? Begins { get; init; }
    /// <summary>When it ends, <c>18:00</c>; at or before <see cref="Begins"/>: on the next day; null: <c>24:00</c>.</summary>
    public string? Ends { get; init; }
    /// <summary>Begins at each time of this line of five fields (minute hour day month weekday) instead; lasts <see cref="For"/>.</summary>
    public string? Cron { get; init; }
    /// <summary>How long it lasts after a time of <see cref="Cron"/>.</summary>
    public TimeSpan? For { get; init; }
    /// <summary>Not before this moment; null: no such limit.</summary>
    public DateTimeOffset? From { get; init; }
    /// <summary>Not after this moment; null: no such limit.</summary>
    public DateTimeOffset? To { get; init; }
    /// <summary>The IANA name of the time zone of its times of the day. Default UTC.</summary>
    public string TimeZone { get; init; } = "UTC";
    /// <summary>Fewest replicas meanwhile; null: as otherwise.</summary>
    public int? Min { get; init; }
    /// <summary>Most replicas meanwhile; null: as otherwise.</summary>
    public int? Max { get; init; }
}
