namespace Platform.Contracts.Deployments;

/// <summary>Where a rollout stands on its way: the steps of its plan, the one under way, what it waits for and what the judge says.</summary>
public sealed record RolloutCourse
{
    /// <summary>The plan's steps, first to last; empty: not planned yet.</summary>
    public required IReadOnlyList<CourseStep> Steps { get; init; }
    /// <summary>The step under way, from 1; 0: not planned yet. Steps before it are done, unless it is being rolled back.</summary>
    public int Step { get; init; }
    /// <summary>When the present stage began.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>When the present step's watch ends if nothing holds it; null: it is not being watched.</summary>
    public DateTimeOffset? Until { get; init; }
    /// <summary>Whose word it waits for: <c>approval</c>, <c>resume</c> (it is paused), <c>promotion</c>, <c>evidence</c> (inconclusive); null: nobody's.</summary>
    public string? Awaits { get; init; }
    /// <summary>Who holds it; null: nobody. It stays once the present step's traffic has moved.</summary>
    public RolloutNote? Paused { get; init; }
    /// <summary>Who approved it; null: nobody.</summary>
    public RolloutNote? Approval { get; init; }
    /// <summary>Who said, and why, that the analysis is not to be listened to; null: it is.</summary>
    public string? AnalysisSkipped { get; init; }
    /// <summary>The jobs of its pipeline, in their order; empty: it has none.</summary>
    public IReadOnlyList<JobView> Jobs { get; init; } = [];
    /// <summary>What the judge says now; null: nothing.</summary>
    public Http.EvidenceView? Evidence { get; init; }
}

/// <summary>One step of a rollout's plan.</summary>
public sealed record CourseStep
{
    /// <summary>The new revision's share of the traffic, in percent.</summary>
    public required int Weight { get; init; }
    /// <summary>Share of the requests of which the new revision gets a copy, in percent.</summary>
    public int Mirror { get; init; }
    /// <summary>Replicas of the new revision.</summary>
    public required int Replicas { get; init; }
    /// <summary>Replicas of the old revision.</summary>
    public required int OldReplicas { get; init; }
    /// <summary>Replicas of the old revision started afresh to compare with.</summary>
    public int BaselineReplicas { get; init; }
    /// <summary>How long it is watched.</summary>
    public required TimeSpan Hold { get; init; }
    /// <summary>True: it goes on only when somebody promotes it.</summary>
    public bool UntilPromoted { get; init; }
}

/// <summary>A job of a rollout's pipeline: an image built, a migration, a check, the tests, a hook, the cleaning.</summary>
public sealed record JobView
{
    /// <summary>Its place in the order, from 1.</summary>
    public required int Number { get; init; }
    /// <summary>What it is called: <c>prepare</c>, <c>check orders</c>, <c>hook 1 before shift</c>, <c>undo prepare</c>.</summary>
    public required string Name { get; init; }
    /// <summary>What kind of work it is: <c>build</c>, <c>push</c>, <c>command</c>, <c>request</c>, <c>check</c>, <c>removeImage</c>, <c>cleanUp</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>Before what the rollout waits for it: <c>prepare</c> (anything is started), <c>verify</c> (approval), <c>shift</c>, <c>watch</c>, <c>promote</c>, <c>cleanUp</c> (its end), <c>undo</c> (the end of a rollback).</summary>
    public required string Gate { get; init; }
    /// <summary><c>planned</c>, <c>due</c>, <c>running</c>, or an end: <c>succeeded</c>, <c>failed</c>, <c>stopped</c>, <c>skipped</c>.</summary>
    public required string State { get; init; }
    /// <summary>How often it was begun; more than once: the platform ended meanwhile.</summary>
    public int Attempt { get; init; }
    /// <summary>It is stopped, and has failed, after this.</summary>
    public required TimeSpan TimeLimit { get; init; }
    /// <summary>When it was first begun; null: it was not.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>How long it took; null: it has not ended.</summary>
    public TimeSpan? Duration { get; init; }
    /// <summary>How its command ended; null: it is none, or has not.</summary>
    public int? ExitCode { get; init; }
    /// <summary>How it ended, in a sentence; null: it has not.</summary>
    public string? Message { get; init; }
    /// <summary>The number of the job that it takes back; null: it takes nothing back.</summary>
    public int? Undoes { get; init; }
    /// <summary>True: the rollout goes on without it.</summary>
    public bool Optional { get; init; }
}

/// <summary>What somebody said to a rollout.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record RolloutNote(string By, string Reason, DateTimeOffset At);
