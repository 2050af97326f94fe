namespace Platform.Contracts.Replicas;

/// <summary>A replica is to be started; it is not ready yet. <see cref="ReplicaStarted"/> or <see cref="ReplicaStopped"/> follows.</summary>
public sealed record ReplicaCreated : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>The replica's id.</summary>
    public required string Replica { get; init; }
    /// <summary>The revision it will run.</summary>
    public required string Revision { get; init; }
    /// <summary>How many replicas of its revision died one after the other before it.</summary>
    public int Restarts { get; init; }
}

/// <summary>A replica is up and has passed its first health check.</summary>
public sealed record ReplicaStarted : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>The replica's id.</summary>
    public required string Replica { get; init; }
    /// <summary>The revision it runs.</summary>
    public required string Revision { get; init; }
    /// <summary>Where it listens.</summary>
    public required Uri Address { get; init; }
    /// <summary>From the start of the process to the first healthy answer.</summary>
    public required TimeSpan StartupDuration { get; init; }
    /// <summary>How many replicas of its revision died one after the other before it.</summary>
    public int Restarts { get; init; }
}

/// <summary>A replica has ended.</summary>
public sealed record ReplicaStopped : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>The replica's id.</summary>
    public required string Replica { get; init; }
    /// <summary>The revision it ran.</summary>
    public required string Revision { get; init; }
    /// <summary>Its exit code, if known.</summary>
    public int? ExitCode { get; init; }
    /// <summary>True: the platform stopped it; false: it died.</summary>
    public required bool Expected { get; init; }
}

/// <summary>A replica fails its health checks, or died and will be started again.</summary>
public sealed record ReplicaUnhealthy : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>The replica's id.</summary>
    public required string Replica { get; init; }
    /// <summary>The revision it runs.</summary>
    public required string Revision { get; init; }
    /// <summary>What the check saw.</summary>
    public required string Reason { get; init; }
}
