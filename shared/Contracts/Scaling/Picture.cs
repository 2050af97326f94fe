namespace Platform.Contracts.Scaling;

/// <summary>
/// Where the scaling of an application stands: told every few seconds, for whoever draws it. What was decided is told by
/// <see cref="ApplicationScaled"/>; this is not kept in the event log, and a lost one is replaced by the next.
/// </summary>
public sealed record ScalingProgressed : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>By what is decided: <c>reactive</c>, <c>predictive</c>, <c>hybrid</c>, <c>recommend</c>.</summary>
    public required ScalingMode Mode { get; init; }
    /// <summary>The last decision in one sentence; null: none yet.</summary>
    public string? Decision { get; init; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset? DecidedAt { get; init; }
    /// <summary>Replicas that the last decision asks for; null: none yet.</summary>
    public int? Desired { get; init; }
    /// <summary>Requests per second that a replica is taken to bear; null: not known.</summary>
    public double? Capacity { get; init; }
    /// <summary>Replicas that the demand of the newest second needs; null: not known.</summary>
    public int? Needed { get; init; }
    /// <summary>Replicas that a HorizontalPodAutoscaler with the manifest's targets would have; null: there is nothing to compare.</summary>
    public int? Shadow { get; init; }
    /// <summary>The demand: what was forecast for the past, and what is for the future; oldest first, empty: there is no forecast.</summary>
    public IReadOnlyList<ForecastPoint> Forecast { get; init; } = [];
    /// <summary>Why there is no forecast; null: there is one.</summary>
    public string? NoForecast { get; init; }
    /// <summary>What it costs; null: not known yet.</summary>
    public CostPicture? Cost { get; init; }
}

/// <summary>The demand at one time as it was forecast before: within the range with 90 % probability.</summary>
/// <param name="At">The time that it is forecast for.</param>
/// <param name="Low">Requests per second, 5 %: so little or less.</param>
/// <param name="Median">As likely more as less.</param>
/// <param name="High">95 %.</param>
public sealed record ForecastPoint(DateTimeOffset At, double Low, double Median, double High);

/// <summary>What an application costs, in a glance.</summary>
public sealed record CostPicture
{
    /// <summary>What prices are counted in.</summary>
    public required string Currency { get; init; }
    /// <summary>What runs, for an hour.</summary>
    public required double PerHour { get; init; }
    /// <summary>The next 30 days; null: nothing was measured yet.</summary>
    public double? Month { get; init; }
    /// <summary>Share of the replica-hours that the demand did not need, 0 to 1; null: not known.</summary>
    public double? Idle { get; init; }
    /// <summary>Replica-hours wanted in the time that is compared.</summary>
    public double? ReplicaHours { get; init; }
    /// <summary>Requests beyond the capacity of the ready replicas in that time.</summary>
    public double? OverCapacity { get; init; }
    /// <summary>Replica-hours of the shadow with the manifest's targets.</summary>
    public double? HpaReplicaHours { get; init; }
    /// <summary>Its requests over capacity.</summary>
    public double? HpaOverCapacity { get; init; }
    /// <summary>Price saved so far against a HorizontalPodAutoscaler at the same service level; negative: it cost more.</summary>
    public double? Saved { get; init; }
    /// <summary>The comparison in one sentence.</summary>
    public string? Comparison { get; init; }
    /// <summary>What would cost less, the largest saving first.</summary>
    public IReadOnlyList<SavingPicture> Savings { get; init; } = [];
}

/// <summary>One way to pay less.</summary>
/// <param name="Kind"><c>size</c>, <c>schedule</c>, <c>commitment</c> or <c>spot</c>.</param>
/// <param name="PerMonth">Saved in 30 days if it is the only change.</param>
/// <param name="What">What to do.</param>
public sealed record SavingPicture(string Kind, double PerMonth, string What);
