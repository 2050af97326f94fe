namespace Platform.Contracts.Deployments;

/// <summary>A rollout has begun; until one of its three ends is published, nobody else should touch the application.</summary>
public sealed record RolloutStarted : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The revision being shipped.</summary>
    public required string Revision { get; init; }
    /// <summary>The revision that serves now; null at the first deployment.</summary>
    public string? StableRevision { get; init; }
    /// <summary><c>rolling</c>, <c>blueGreen</c> or <c>canary</c>.</summary>
    public required string Strategy { get; init; }
    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }
    /// <summary>The scaling section of the manifest that now holds, for whoever scales.</summary>
    public Scaling.ScalingSettings? Scaling { get; init; }
}

/// <summary>One step of a rollout is done.</summary>
public sealed record RolloutStepCompleted : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The revision being shipped.</summary>
    public required string Revision { get; init; }
    /// <summary>The step that ended: <c>plan</c>, <c>start</c>, <c>shift</c>, <c>watch</c>, <c>retire</c>, …</summary>
    public required string Step { get; init; }
    /// <summary>What happened, in one sentence.</summary>
    public required string Message { get; init; }
    /// <summary>How long the step took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>True: it did not end as it should have; the rollout is given up.</summary>
    public bool Failed { get; init; }
}

/// <summary>
/// Where a rollout stands: at each change of its step or of what it waits for, and whenever the judge's evidence was written down, at most
/// once a second. For whoever draws it; it is not kept in the event log.
/// </summary>
public sealed record RolloutProgressed : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The revision being shipped.</summary>
    public required string Revision { get; init; }
    /// <summary>The stage: <c>starting</c>, <c>shifting</c>, <c>watching</c>, <c>retiring</c>, <c>rollingBack</c>, or an end.</summary>
    public required string State { get; init; }
    /// <summary>What it does or waits for now, in one sentence.</summary>
    public required string Message { get; init; }
    /// <summary>The steps and where it stands among them.</summary>
    public required RolloutCourse Course { get; init; }
}

/// <summary>A rollout's good end: the new revision serves all traffic, the old one is retired.</summary>
public sealed record DeploymentCompleted : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The revision that serves now.</summary>
    public required string Revision { get; init; }
    /// <summary>From command to end.</summary>
    public required TimeSpan Duration { get; init; }
}

/// <summary>A rollout that never served: refused, or its replicas did not become healthy. The old revision is untouched.</summary>
public sealed record DeploymentFailed : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The revision that failed.</summary>
    public required string Revision { get; init; }
    /// <summary>Why, with what was seen (status, body head, last log lines) and what to do.</summary>
    public required string Reason { get; init; }
}

/// <summary>A rollout that served and was taken back: the stable revision has all traffic again.</summary>
public sealed record DeploymentRolledBack : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The revision that was taken back.</summary>
    public required string Revision { get; init; }
    /// <summary>The revision that serves now.</summary>
    public required string StableRevision { get; init; }
    /// <summary>Why: the analysis' finding, or who aborted.</summary>
    public required string Reason { get; init; }
    /// <summary>From the decision to the last route pointing back.</summary>
    public required TimeSpan RollbackDuration { get; init; }
}

/// <summary>The application is gone: no replica, no route.</summary>
public sealed record ApplicationRemoved : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
}
