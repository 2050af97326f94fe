namespace Platform.HealthMonitor.Events;

/// <summary>An event of the platform as the log keeps it.</summary>
internal sealed record EventRecord
{
    /// <summary>Its place in the log: grows by one, never reused.</summary>
    public long Sequence { get; init; }

    /// <summary>The message's id.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>RolloutStarted</c>, <c>ReplicaStopped</c>, …</summary>
    public required string Type { get; init; }

    public required string Application { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Guid CorrelationId { get; init; }

    /// <summary><c>info</c>, <c>success</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The whole event as JSON.</summary>
    public required string Data { get; init; }
}
