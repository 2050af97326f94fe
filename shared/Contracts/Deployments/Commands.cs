namespace Platform.Contracts.Deployments;

/// <summary>Ship a revision of an application. Owner: Deployment. Starts a rollout, or queues it behind the running one.</summary>
public sealed record DeployApplication : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>Becomes the rollout's id.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
    /// <summary>The validated manifest as YAML text.</summary>
    public required string Manifest { get; init; }
    /// <summary>The revision's name, unique within the application.</summary>
    public required string Revision { get; init; }
    /// <summary>True: it served lately and is known to be good; it takes all traffic as soon as its replicas are healthy, unanalysed.</summary>
    public bool Instant { get; init; }
    /// <summary>Why it is not to be analysed; null: it is, as its manifest says.</summary>
    public string? SkipAnalysis { get; init; }
    /// <summary>The environment it is placed into, under its name there; null: the one that its manifest names, under its own name.</summary>
    public string? Environment { get; init; }
    /// <summary>Why it may begin while its environment is frozen; null: it waits for the freeze's end.</summary>
    public string? FreezeOverride { get; init; }
}

/// <summary>Go on at once: end the watch (or the pause) of a rollout's present step with success. Owner: Deployment.</summary>
public sealed record PromoteRollout : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
    /// <summary>True: not only this step; straight to the last one, and end its watch too.</summary>
    public bool Fully { get; init; }
    /// <summary>True: the analysis is not listened to any more; the reason is recorded.</summary>
    public bool SkipAnalysis { get; init; }
}

/// <summary>Hold a rollout where it is, once the present step's traffic has moved; what fails is still taken back. Owner: Deployment.</summary>
public sealed record PauseRollout : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
}

/// <summary>End a pause; the time paused does not count as watched. Owner: Deployment.</summary>
public sealed record ResumeRollout : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
}

/// <summary>Give the approval that a rollout waits for. Owner: Deployment.</summary>
public sealed record ApproveRollout : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
    /// <summary>The role of whoever approves, as the service that took the request knows it; null: not known, so it counts as none.</summary>
    public string? Role { get; init; }
}

/// <summary>Give up a rollout: traffic returns to the stable revision, the new replicas are retired. Owner: Deployment.</summary>
public sealed record AbortRollout : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
}

/// <summary>Stop every replica of an application and forget its routes. Its history stays. Owner: Deployment.</summary>
public sealed record RemoveApplication : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
}

/// <summary>
/// Ship a kept revision again, as a rollout of its own. Owner: Deployment. What cannot be rolled back is answered with
/// <see cref="DeploymentFailed"/> that carries the same id.
/// </summary>
public sealed record RollBackApplication : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>Becomes the rollout's id.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
    /// <summary>The revision to return to; null: the one that served before the present one.</summary>
    public string? Revision { get; init; }
    /// <summary>True: step by step and analysed, as its manifest says, even where it served lately.</summary>
    public bool Gradually { get; init; }
}
