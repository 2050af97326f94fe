namespace Platform.Contracts.Experiments;

/// <summary>
/// An application is being experimented on: what is measured of it is untypical, on purpose, until <see cref="ExperimentEnded"/>. Published before the
/// first fault is put in. Owner: ChaosEngineering; anyone who disturbs an application on purpose (a load test) may publish it too.
/// </summary>
public sealed record ExperimentStarted : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>This run of the experiment; <see cref="ExperimentEnded"/> carries the same.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The experiment's name, a few words: <c>kill-one-at-peak</c>.</summary>
    public required string Name { get; init; }
    /// <summary>What is expected to stay true meanwhile, in one sentence.</summary>
    public required string Hypothesis { get; init; }
    /// <summary>What is done to what, a few words each: <c>network_latency 200 ms on 1 of 4 replicas</c>; empty: nothing but load.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    /// <summary>True: some of the requests are made for the experiment, so that not even the demand is its users'.</summary>
    public bool InducesLoad { get; init; }
    /// <summary>The longest it may take, undoing included. Whoever waits for its end and hears nothing goes by this.</summary>
    public required TimeSpan PlannedDuration { get; init; }
    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }
}

/// <summary>An experiment is over: every fault is undone.</summary>
public sealed record ExperimentEnded : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The run.</summary>
    public required Guid CorrelationId { get; init; }
    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }
    /// <summary><c>held</c>: the hypothesis did; <c>failed</c>: it did not; <c>stopped</c>: it was ended early, and says nothing of the hypothesis.</summary>
    public required string Outcome { get; init; }
    /// <summary>What was found, or why it was stopped, in one sentence.</summary>
    public required string Message { get; init; }
    /// <summary>From its start to its end.</summary>
    public required TimeSpan Duration { get; init; }
}
