using Platform.Deployment.Analysis;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// The rollout's rules, pure and level-triggered: called again and again with what is remembered and what is seen, it answers
/// with what to remember next. Calling it twice with the same facts changes nothing the second time, unless a stage has ended.
/// <code>
/// queued → planning → [ retiring* → starting → shifting ] per batch → watching → retiring → completed
///                            └────────────┴─────────┴────────────┴─────────┴──→ rollingBack → rolledBack | failed
/// * only where a batch needs room that the surge does not give
/// </code>
/// </summary>
internal static class RolloutLogic
{
    /// <summary>Planning is over: the first batch begins.</summary>
    public static RolloutMove Begin(RolloutProgress progress, RolloutPlan plan, DateTimeOffset now)
    {
        var first = progress.Stable is null;
        var step = new RolloutStep("plan", plan.Describe(progress.Revision, progress.Stable), now - progress.StageSince);
        var planned = progress with
        {
            Plan = first ? plan with { MaxSurge = plan.Replicas, MaxUnavailable = 0 } : plan,
            OldWanted = plan.OldReplicas,
            OldWeight = first ? 0 : 100,
            StageSince = now,
        };
        return new RolloutMove(EnterBatch(planned, 1, now), [step]);
    }

    /// <summary>It ends before it touched anything: refused, or given up in the queue.</summary>
    public static RolloutMove Fail(RolloutProgress progress, string why, DateTimeOffset now) => End(progress, RolloutStage.Failed, now, why);

    /// <summary>It ends because the revision serves already.</summary>
    public static RolloutMove NothingToDo(RolloutProgress progress, DateTimeOffset now) =>
        End(progress, RolloutStage.Completed, now, $"{progress.Revision} serves already; nothing to do");

    /// <summary>One look at the world.</summary>
    public static RolloutMove Advance(RolloutProgress progress, RolloutFacts facts)
    {
        if (progress.Stage is RolloutStage.Queued or RolloutStage.Planning || progress.Stage.IsEnd())
            return progress.Abort is { } why && !progress.Stage.IsEnd()
                ? Fail(progress, why, facts.Now)
                : new RolloutMove(progress, []);
        if (progress.Stage == RolloutStage.RollingBack) return RollBack(progress, facts);
        if (Trouble(progress, facts) is { } trouble) return GiveUp(progress, facts.Now, trouble);
        return progress.Stage switch
        {
            RolloutStage.Starting => Start(progress, facts),
            RolloutStage.Shifting => Shift(progress, facts),
            RolloutStage.Watching => Watch(progress, facts),
            _ => Retire(progress, facts),
        };
    }

    /// <summary>
    /// Somebody wants it to go on. Where an approval is outstanding this gives it; otherwise it ends (or skips) the watch.
    /// </summary>
    public static RolloutProgress Promote(RolloutProgress progress) =>
        progress is { Plan.NeedsApproval: true, Approved: false, Decided: false, Stage: RolloutStage.Starting or RolloutStage.Retiring }
            ? progress with { Approved = true }
            : progress with { Promoted = true };

    /// <summary>Why the rollout cannot go on; null: it can. After the decision only a person's word counts.</summary>
    private static string? Trouble(RolloutProgress progress, RolloutFacts facts) =>
        progress.Abort is { } abort ? abort
        : progress.Decided ? null
        : facts.New.Failure is { } failure ? failure
        : progress.ServingSince is not null && facts.Verdict is { Outcome: VerdictOutcome.Fail } verdict ? verdict.Sentence
        : null;

    private static RolloutProgress EnterBatch(RolloutProgress progress, int batch, DateTimeOffset now)
    {
        var plan = progress.Plan!;
        var old = Math.Min(progress.OldWanted, plan.OldDuring(batch));
        // The share follows what stays; an old set that goes before anything new serves keeps its share, so that requests are held, not refused.
        var share = progress.NewWeight > 0 ? old : Math.Max(1, old);
        return old < progress.OldWanted
            ? Enter(progress with { Batch = batch, OldWanted = old, OldWeight = share }, RolloutStage.Retiring, now, $"waiting for replicas of {progress.Stable} to drain and stop")
            : EnterStart(progress with { Batch = batch }, now);
    }

    private static RolloutProgress EnterStart(RolloutProgress progress, DateTimeOffset now)
    {
        var wanted = progress.Plan!.NewAfter(progress.Batch);
        return Enter(progress with { NewWanted = wanted }, RolloutStage.Starting, now, $"starting {wanted} replica(s) of {progress.Revision}{BatchOf(progress)}");
    }

    private static RolloutMove Start(RolloutProgress progress, RolloutFacts facts)
    {
        if (facts.New.Ready < progress.NewWanted)
            return RolloutMove.Wait(progress, $"starting {progress.Revision}: {facts.New.Ready} of {progress.NewWanted} replica(s) healthy{BatchOf(progress)}");
        if (progress.Plan!.NeedsApproval && !progress.Approved)
            return RolloutMove.Wait(progress, $"{progress.NewWanted} replica(s) of {progress.Revision} healthy; waiting for approval: promote or abort the rollout");
        var last = progress.Batch == progress.Plan.Batches;
        var next = Enter(progress, RolloutStage.Shifting, facts.Now, "waiting for the gateway to route by the new table") with
        {
            NewWeight = last ? 100 : progress.NewWanted,
            OldWeight = last ? 0 : progress.OldWanted,
            AwaitedGeneration = null,
            ServingSince = progress.ServingSince ?? facts.Now,
        };
        return new RolloutMove(next, [Step(progress, facts.Now, "start", $"{progress.NewWanted} replica(s) of {progress.Revision} healthy{BatchOf(progress)}")]);
    }

    private static RolloutMove Shift(RolloutProgress progress, RolloutFacts facts)
    {
        if (!facts.TrafficAcknowledged)
            return RolloutMove.Wait(progress, $"waiting for the gateway to route by table {progress.AwaitedGeneration}{BatchOf(progress)}");
        var step = Step(progress, facts.Now, "shift", $"{Share(progress)} of the traffic goes to {progress.Revision}{BatchOf(progress)}");
        if (progress.Batch < progress.Plan!.Batches) return new RolloutMove(EnterBatch(progress, progress.Batch + 1, facts.Now), [step]);
        var watching = Enter(progress, RolloutStage.Watching, facts.Now, $"watching {progress.Revision}");
        return progress.Stable is null ? new RolloutMove(Decide(watching, facts.Now), [step]) : new RolloutMove(watching, [step]);
    }

    private static RolloutMove Watch(RolloutProgress progress, RolloutFacts facts)
    {
        var since = progress.StageSince > facts.ObservedSince ? progress.StageSince : facts.ObservedSince;
        var left = since + progress.Plan!.Watch - facts.Now;
        var finding = facts.Verdict?.Sentence ?? "no requests seen yet";
        if (!progress.Promoted && left > TimeSpan.Zero)
            return RolloutMove.Wait(progress, $"watching {progress.Revision} for another {left.TotalSeconds:0}s: {finding}");
        var message = progress.Promoted ? $"promoted by request: {finding}" : finding;
        return new RolloutMove(Decide(progress, facts.Now), [Step(progress, facts.Now, "watch", message)]);
    }

    private static RolloutProgress Decide(RolloutProgress progress, DateTimeOffset now) =>
        Enter(progress, RolloutStage.Retiring, now, $"retiring {progress.Stable}") with { Decided = true, OldWanted = 0 };

    private static RolloutMove Retire(RolloutProgress progress, RolloutFacts facts)
    {
        if (facts.Old.Live > progress.OldWanted)
            return RolloutMove.Wait(progress, $"waiting for {facts.Old.Live - progress.OldWanted} replica(s) of {progress.Stable} to drain and stop");
        if (!progress.Decided)
        {
            var step = Step(progress, facts.Now, "retire", $"{progress.OldWanted} replica(s) of {progress.Stable} left{BatchOf(progress)}");
            return new RolloutMove(EnterStart(progress, facts.Now), [step]);
        }

        var done = progress.Stable is null
            ? End(progress, RolloutStage.Completed, facts.Now, $"{progress.Revision} serves")
            : End(progress, RolloutStage.Completed, facts.Now, $"{progress.Revision} serves; {progress.Stable} is retired");
        return progress.Stable is null ? done : done with { Steps = [Step(progress, facts.Now, "retire", $"{progress.Stable} is retired")] };
    }

    private static RolloutMove GiveUp(RolloutProgress progress, DateTimeOffset now, string why)
    {
        var served = progress.ServingSince is not null && progress.Stable is not null;
        var next = Enter(progress, RolloutStage.RollingBack, now, "") with
        {
            Failure = why,
            Abort = null,
            Decided = false,
            RollbackSince = now,
            OldWanted = progress.Plan!.OldReplicas,
            Phase = served ? RollbackPhase.Restore : RollbackPhase.Discard,
            NewWanted = served ? progress.NewWanted : 0,
            NewWeight = served ? progress.NewWeight : 0,
            Message = served ? $"returning traffic to {progress.Stable}: {why}" : $"discarding {progress.Revision}: {why}",
        };
        return new RolloutMove(next, [Step(progress, now, StepOf(progress.Stage), why)]);
    }

    private static RolloutMove RollBack(RolloutProgress progress, RolloutFacts facts)
    {
        var plan = progress.Plan!;
        switch (progress.Phase)
        {
            case RollbackPhase.Restore:
                var enough = plan.EnoughToReturn;
                if (facts.Old.Ready < enough && (facts.Old.Ready == 0 || facts.New.Ready > 0))
                    return RolloutMove.Wait(progress, $"starting {progress.Stable} again: {facts.Old.Ready} of {enough} replica(s) healthy");
                return new RolloutMove(progress with { Phase = RollbackPhase.Return, NewWeight = 0, OldWeight = 100, AwaitedGeneration = null }, []);

            case RollbackPhase.Return:
                if (!facts.TrafficAcknowledged)
                    return RolloutMove.Wait(progress, $"waiting for the gateway to return all traffic to {progress.Stable}");
                var took = facts.Now - progress.RollbackSince!.Value;
                return new RolloutMove(
                    progress with { Phase = RollbackPhase.Discard, NewWanted = 0, RollbackTook = took, StageSince = facts.Now },
                    [new RolloutStep("rollBack", $"all traffic is back on {progress.Stable}", took)]);

            default:
                if (facts.New.Live > 0)
                    return RolloutMove.Wait(progress, $"waiting for {facts.New.Live} replica(s) of {progress.Revision} to drain and stop");
                var end = progress.RollbackTook is null ? RolloutStage.Failed : RolloutStage.RolledBack;
                return End(progress, end, facts.Now, progress.Failure!) with
                {
                    Steps = [Step(progress, facts.Now, "discard", $"the replicas of {progress.Revision} are gone")],
                };
        }
    }

    private static RolloutMove End(RolloutProgress progress, RolloutStage end, DateTimeOffset now, string message) =>
        new(Enter(progress, end, now, message) with { Failure = end == RolloutStage.Completed ? null : message }, []);

    private static RolloutProgress Enter(RolloutProgress progress, RolloutStage stage, DateTimeOffset now, string message) =>
        progress with { Stage = stage, StageSince = now, Message = message };

    private static RolloutStep Step(RolloutProgress progress, DateTimeOffset now, string step, string message) =>
        new(step, message, now - progress.StageSince);

    private static string StepOf(RolloutStage stage) => stage switch
    {
        RolloutStage.Starting => "start",
        RolloutStage.Shifting => "shift",
        RolloutStage.Watching => "watch",
        _ => "retire",
    };

    private static string Share(RolloutProgress progress) =>
        $"{100 * progress.NewWeight / Math.Max(1, progress.NewWeight + progress.OldWeight)}%";

    private static string BatchOf(RolloutProgress progress) =>
        progress.Plan!.Batches == 1 ? "" : $" (batch {progress.Batch} of {progress.Plan.Batches})";
}
