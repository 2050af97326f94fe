namespace Platform.Contracts.Anomalies;

/// <summary>A metric behaves as it never, or hardly ever, did before. <see cref="AnomalyEnded"/> follows.</summary>
public sealed record AnomalyDetected : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The anomaly; <see cref="AnomalyEnded"/> carries the same.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The metric.</summary>
    public required string Metric { get; init; }
    /// <summary>In which way it is unusual: <c>season</c> (for this time of the day), <c>level</c>, <c>shape</c> or <c>spread</c>.</summary>
    public required string Kind { get; init; }
    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }
    /// <summary>One minus the tail probability, 0 to 1: 0.999 means as rare as one minute in a thousand.</summary>
    public required double Score { get; init; }
    /// <summary>The value seen.</summary>
    public required double Value { get; init; }
    /// <summary>The least value that would have been usual.</summary>
    public required double ExpectedLow { get; init; }
    /// <summary>The largest value that would have been usual.</summary>
    public required double ExpectedHigh { get; init; }
    /// <summary>What was seen, in one sentence.</summary>
    public required string Message { get; init; }
    /// <summary>What preceded it and may have caused it, the likeliest first; empty: nothing is known.</summary>
    public IReadOnlyList<AnomalyCause> Causes { get; init; } = [];
}

/// <summary>Something that happened before an anomaly.</summary>
public sealed record AnomalyCause
{
    /// <summary><c>rollout</c>, <c>rollback</c>, <c>scaling</c>, <c>configuration</c>, <c>experiment</c>, <c>replica</c> or <c>alert</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>The rollout, experiment, command …</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>When it happened; of what lasts, when it ended or, if it has not, when it began.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>How likely, 0 to 1; what is missing to 1 over all causes is left for the unknown.</summary>
    public required double Weight { get; init; }
    /// <summary>What happened, in one sentence.</summary>
    public required string Description { get; init; }
}

/// <summary>An anomaly is over.</summary>
public sealed record AnomalyEnded : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The anomaly.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The metric.</summary>
    public required string Metric { get; init; }
    /// <summary>How it ended: <c>returned</c> to what is usual, <c>absorbed</c> as what is usual from now on, or <c>silent</c>: nothing is measured any more.</summary>
    public required string Outcome { get; init; }
    /// <summary>How long it lasted.</summary>
    public required TimeSpan Duration { get; init; }
}
