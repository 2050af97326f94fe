namespace Platform.Deployment.Rollouts;

/// <summary>
/// The way from the old revision to the new one, as steps that every strategy is written in. A step is done like this:
/// <code>
/// old shrinks to OldReplicas → new grows to NewReplicas, all healthy → traffic by the weights → watched for Hold, or until promoted
/// </code>
/// </summary>
internal sealed record RolloutPlan
{
    /// <summary>The strategy that made it.</summary>
    public required string Strategy { get; init; }
    /// <summary>Replicas the new revision ends with, 1 or more.</summary>
    public required int Replicas { get; init; }
    /// <summary>Replicas of the old revision when it began; 0: there was none.</summary>
    public required int OldReplicas { get; init; }
    /// <summary>At least one; the last gives the new revision all traffic and all its replicas.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }
    /// <summary>The plan in one sentence.</summary>
    public required string Description { get; init; }
    /// <summary>Replicas that may be missing while it goes on.</summary>
    public int MayBeMissing { get; init; }
    /// <summary>How long the old revision's replicas stay, without traffic, after the new one has taken over: a rollback within finds them ready.</summary>
    public TimeSpan ScaleDownDelay { get; init; }
    /// <summary>True: the traffic shifts only after somebody has approved the rollout.</summary>
    public bool NeedsApproval { get; init; }
    /// <summary>How long an approval is waited for.</summary>
    public TimeSpan ApprovalExpiry { get; init; } = TimeSpan.FromDays(1);
    /// <summary>What is done besides, in its order.</summary>
    public IReadOnlyList<Pipeline.PlannedJob> Pipeline { get; init; } = [];
    /// <summary>True: the old revision rested at 0 replicas when it began, and takes no share of the traffic beside the new one.</summary>
    public bool FromRest { get; init; }
    /// <summary>False: nothing is judged; what becomes healthy is good.</summary>
    public bool Analysed { get; init; } = true;

    /// <summary>Metrics of the manifest that are read all the time, from the first judged step on.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>How often the new revision comes before the judge: an analysis before the promotion, or beside a fresh baseline, is one of its own.</summary>
    public int Analyses => Steps.Any(s => s.PrePromotion || s.BaselineWeight > 0) ? 2 : 1;

    /// <summary>Replicas of the old revision that can take all of the traffic back: the fewest the plan ever let serve.</summary>
    public int EnoughToReturn => OldReplicas == 0 ? 0 : Math.Max(1, OldReplicas - MayBeMissing);

    /// <summary>The step of that number, from 1.</summary>
    public PlanStep Step(int number) => Steps[number - 1];
}

/// <summary>One step of a plan: what runs, and who gets which share of the traffic.</summary>
internal sealed record PlanStep
{
    /// <summary>Replicas of the new revision; never fewer than in the step before.</summary>
    public required int NewReplicas { get; init; }
    /// <summary>Replicas of the old revision; never more than in the step before.</summary>
    public required int OldReplicas { get; init; }
    /// <summary>Replicas of the old revision started afresh beside the new ones, to compare them with: as cold, as few.</summary>
    public int BaselineReplicas { get; init; }
    /// <summary>The new revision's share, relative to the sum of the shares.</summary>
    public required int NewWeight { get; init; }
    /// <summary>The old revision's share.</summary>
    public required int OldWeight { get; init; }
    /// <summary>The fresh baseline's share.</summary>
    public int BaselineWeight { get; init; }
    /// <summary>Share of the requests of which the new revision gets a copy whose answer is thrown away, in percent.</summary>
    public int Mirror { get; init; }
    /// <summary>How long it is watched before the next step.</summary>
    public TimeSpan Hold { get; init; }
    /// <summary>True: it goes on only when somebody promotes it.</summary>
    public bool UntilPromoted { get; init; }

    /// <summary>True: it is analysed although it has no share yet, on what its preview route, copies and the platform's own requests show.</summary>
    public bool PrePromotion { get; init; }

    /// <summary>Metrics of the manifest that are read in this step, and that it waits for.</summary>
    public IReadOnlyList<string> Analysis { get; init; } = [];

    /// <summary>True: the step ends as soon as the traffic has moved.</summary>
    public bool Passes => Hold <= TimeSpan.Zero && !UntilPromoted && !PrePromotion && Analysis.Count == 0;

    /// <summary>True: requests of the step reach the new revision, so that there is something to judge.</summary>
    public bool Judged => NewWeight > 0 || Mirror > 0 || PrePromotion;
}
