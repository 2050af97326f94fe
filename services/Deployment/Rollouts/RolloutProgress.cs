namespace Platform.Deployment.Rollouts;

/// <summary>All that a rollout remembers. Persisted as one value; every decision is a function of it and of the <see cref="RolloutFacts"/>.</summary>
internal sealed record RolloutProgress
{
    /// <summary>Where it stands.</summary>
    public RolloutStage Stage { get; init; } = RolloutStage.Queued;
    /// <summary>The revision being shipped.</summary>
    public required string Revision { get; init; }
    /// <summary>The revision that served when it began; null: none.</summary>
    public string? Stable { get; init; }
    /// <summary>True: it is known to be good and takes all traffic at once.</summary>
    public bool Instant { get; init; }
    /// <summary>Why it may begin in a freeze; null: it waits for its end.</summary>
    public string? FreezeOverride { get; init; }
    /// <summary>The end of the freeze that it waits for; null: it does not.</summary>
    public DateTimeOffset? FrozenUntil { get; init; }
    /// <summary>How it moves; null until planned.</summary>
    public RolloutPlan? Plan { get; init; }
    /// <summary>The plan's step under way, from 1.</summary>
    public int Step { get; init; }

    /// <summary>The last gate of the pipeline that was reached: its jobs may run.</summary>
    public Pipeline.JobGate Gate { get; init; }

    /// <summary>Replicas wanted of the new revision.</summary>
    public int NewWanted { get; init; }
    /// <summary>Replicas wanted of the old revision.</summary>
    public int OldWanted { get; init; }
    /// <summary>Replicas of the old revision wanted afresh, to compare with.</summary>
    public int BaselineWanted { get; init; }
    /// <summary>The new revision's share of the traffic.</summary>
    public int NewWeight { get; init; }
    /// <summary>The old revision's share of the traffic.</summary>
    public int OldWeight { get; init; }
    /// <summary>The fresh baseline's share of the traffic.</summary>
    public int BaselineWeight { get; init; }
    /// <summary>Share of the requests that the new revision gets a copy of, in percent.</summary>
    public int Mirror { get; init; }
    /// <summary>The table whose acknowledgement is awaited; null: the one that the present weights lead to, not yet computed.</summary>
    public long? AwaitedGeneration { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it began, after queueing.</summary>
    public DateTimeOffset BeganAt { get; init; }
    /// <summary>When the present stage (or rollback phase) began.</summary>
    public DateTimeOffset StageSince { get; init; }
    /// <summary>When the new revision got its first share of the traffic; null: it never served.</summary>
    public DateTimeOffset? ServingSince { get; init; }
    /// <summary>Since when requests reach it, be they only copies: what the analysis looks at; null: none has.</summary>
    public DateTimeOffset? JudgedSince { get; init; }
    /// <summary>When the decision to roll back fell.</summary>
    public DateTimeOffset? RollbackSince { get; init; }
    /// <summary>How long traffic took to return.</summary>
    public TimeSpan? RollbackTook { get; init; }

    /// <summary>What the old revision did before the shift; null: not measured yet.</summary>
    public BaselineBefore? Before { get; init; }
    /// <summary>The yes where the manifest or the environment asks for one; null: not given.</summary>
    public RolloutApproval? Approval { get; init; }
    /// <summary>The last step whose watch somebody has ended; <see cref="int.MaxValue"/>: of all of them.</summary>
    public int PromotedThrough { get; init; }
    /// <summary>When the analysis' evidence was last written down; null: never.</summary>
    public DateTimeOffset? EvidenceAt { get; init; }
    /// <summary>Who holds it; null: nobody.</summary>
    public RolloutPause? Paused { get; init; }
    /// <summary>Who said, and why, that the analysis is not to be listened to; null: it is.</summary>
    public string? AnalysisSkipped { get; init; }
    /// <summary>Why it is to be given up; null: it is not.</summary>
    public string? Abort { get; init; }
    /// <summary>True: the new revision is the stable one now; only the old one's retirement is left.</summary>
    public bool Decided { get; init; }
    /// <summary>Why it is rolled back or failed.</summary>
    public string? Failure { get; init; }
    /// <summary>What a rollback does now.</summary>
    public RollbackPhase Phase { get; init; }
    /// <summary>What it does or waits for, in one sentence.</summary>
    public string Message { get; init; } = "";
    /// <summary>Whose word it waits for.</summary>
    public RolloutWait Awaits { get; init; }
    /// <summary>Where it stood when that was last told to others; null: never.</summary>
    public string? Told { get; init; }
}

/// <summary>Whose word a rollout waits for.</summary>
internal enum RolloutWait
{
    /// <summary>Nobody's: it goes on by itself.</summary>
    Nobody,
    /// <summary>An approval.</summary>
    Approval,
    /// <summary>The end of a pause.</summary>
    Resume,
    /// <summary>A promotion.</summary>
    Promotion,
    /// <summary>The judge's, who needs more requests; a person's counts too.</summary>
    Evidence,
}

/// <summary>What a rollout sees of the world when it looks.</summary>
internal sealed record RolloutFacts
{
    /// <summary>The time.</summary>
    public required DateTimeOffset Now { get; init; }
    /// <summary>The revision being shipped.</summary>
    public required RevisionFacts New { get; init; }
    /// <summary>The revision that served before; all zero where there was none.</summary>
    public required RevisionFacts Old { get; init; }
    /// <summary>The fresh baseline; all zero where there is none.</summary>
    public RevisionFacts Baseline { get; init; } = RevisionFacts.None;
    /// <summary>The jobs of the pipeline.</summary>
    public IReadOnlyList<Pipeline.JobFacts> Jobs { get; init; } = [];
    /// <summary>The gateway routes by <see cref="RolloutProgress.AwaitedGeneration"/> or a later table.</summary>
    public required bool TrafficAcknowledged { get; init; }
    /// <summary>Why the table it waits for is not in force, in the router's words; null: nothing was heard.</summary>
    public string? TrafficProblem { get; init; }
    /// <summary>Since when its figures are being seen: a watch counts only from here, or a kill would end it unseen.</summary>
    public DateTimeOffset ObservedSince { get; init; } = DateTimeOffset.MinValue;
    /// <summary>Which readings the step still waits for; null: none.</summary>
    public string? Unread { get; init; }
    /// <summary>What the analysis says of the new revision; null: nothing yet.</summary>
    public Analysis.Verdict? Verdict { get; init; }
}

/// <summary>A revision's replicas.</summary>
/// <param name="Ready">Replicas that are healthy and not leaving.</param>
/// <param name="Live">Replicas that have, or may have, a process, in whatever state.</param>
/// <param name="Failure">The first failure of one of them since the rollout began: what was seen; null: none.</param>
internal sealed record RevisionFacts(int Ready, int Live, string? Failure = null)
{
    /// <summary>Of the live ones: how many are leaving, out of the routes or about to be, and only finish what is under way.</summary>
    public int Leaving { get; init; }

    /// <summary>No replica at all.</summary>
    public static RevisionFacts None { get; } = new(0, 0);
}

/// <summary>A step that ended.</summary>
/// <param name="Step"><c>plan</c>, <c>pipeline</c>, <c>start</c>, <c>shift</c>, <c>watch</c>, <c>retire</c>, <c>rollBack</c>, <c>discard</c>; or the name of a job.</param>
/// <param name="Message">What happened.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Failed">True: it did not end as it should have; the rollout is given up.</param>
internal sealed record RolloutStep(string Step, string Message, TimeSpan Duration, bool Failed = false);

/// <summary>What a rollout does after a look: its next progress and the steps that ended by it.</summary>
internal sealed record RolloutMove(RolloutProgress Next, IReadOnlyList<RolloutStep> Steps)
{
    /// <summary>Nothing changes but, perhaps, the sentence that says what it waits for.</summary>
    public static RolloutMove Wait(RolloutProgress progress, string message, RolloutWait awaits = RolloutWait.Nobody) =>
        new(progress with { Message = message, Awaits = awaits }, []);
}
