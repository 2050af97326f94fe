namespace Platform.Contracts.Health;

/// <summary>A rule's condition has held for its duration.</summary>
public sealed record AlertRaised : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The alert; <see cref="AlertResolved"/> carries the same.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }
    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }
    /// <summary>What was seen, in one sentence.</summary>
    public required string Message { get; init; }
    /// <summary>The value that crossed the threshold.</summary>
    public required double Value { get; init; }
    /// <summary>The threshold.</summary>
    public required double Threshold { get; init; }
}

/// <summary>An alert's condition no longer holds.</summary>
public sealed record AlertResolved : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The alert.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }
    /// <summary>How long it was active.</summary>
    public required TimeSpan Duration { get; init; }
}

/// <summary>A service of the platform says that it lives, every few seconds.</summary>
public sealed record ServiceReported : IEvent
{
    /// <summary>Always <c>platform</c>.</summary>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The instance of the service; new at each start.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The service: <c>gateway</c>, <c>deployment</c>, …</summary>
    public required string Service { get; init; }
    /// <summary>Its control address.</summary>
    public required Uri Address { get; init; }
    /// <summary>The version of the binary.</summary>
    public required string Version { get; init; }
    /// <summary>True: it can do its job now.</summary>
    public required bool Ready { get; init; }
    /// <summary>What it waits for when it is not ready, or what is degraded; empty: nothing.</summary>
    public IReadOnlyList<string> WaitingFor { get; init; } = [];
    /// <summary>How often it reports; three missed reports mean it is down.</summary>
    public required TimeSpan Interval { get; init; }
}
