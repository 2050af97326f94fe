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

/// <summary>What somebody said to a rollout.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record RolloutNote(string By, string Reason, DateTimeOffset At);
