using Platform.Deployment.Analysis;
using Platform.Deployment.Pipeline;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// The rollout's rules, pure and level-triggered: called again and again with what is remembered and what is seen, it answers
/// with what to remember next. Calling it twice with the same facts changes nothing the second time, unless a stage has ended.
/// The strategy is in the plan alone; every plan is followed in the same way:
/// <code>
/// queued → planning → preparing* → [ retiring* → starting → shifting → watching* ] per step → retiring → completed
///                         └─────────────┴───────────┴──────────┴──────────┴──────────────────┴──→ rollingBack → rolledBack | failed
/// * where the pipeline has something to do first; where a step needs room that the surge does not give; where it is to be watched
/// </code>
/// </summary>
internal static class RolloutLogic
{
    /// <summary>How long a router may refuse the table of a step. Somebody who sees why may put it right meanwhile; nobody need be there.</summary>
    private static readonly TimeSpan TrafficPatience = TimeSpan.FromMinutes(2);

    /// <summary>Planning is over: the first step begins.</summary>
    public static RolloutMove Begin(RolloutProgress progress, RolloutPlan plan, DateTimeOffset now)
    {
        var step = new RolloutStep("plan", plan.Description, now - progress.StageSince);
        var planned = progress with
        {
            Plan = plan,
            OldWanted = plan.OldReplicas,
            OldWeight = progress.Stable is null ? 0 : 100,
            StageSince = now,
        };
        var first = plan.Pipeline.Any(j => j.Gate == JobGate.Prepare)
            ? Enter(planned, RolloutStage.Preparing, now, $"preparing {progress.Revision}")
            : EnterStep(planned, 1, now);
        return new RolloutMove(first, [step]);
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
            RolloutStage.Preparing => Gates.Hold(progress, facts, JobGate.Prepare)
                ?? new RolloutMove(EnterStep(progress, 1, facts.Now), [Ended(progress, facts.Now, "pipeline", $"{progress.Revision} is prepared")]),
            RolloutStage.Starting => Start(progress, facts),
            RolloutStage.Shifting => Shift(progress, facts),
            RolloutStage.Watching => Watch(progress, facts),
            _ => Retire(progress, facts),
        };
    }

    /// <summary>Why the rollout cannot go on; null: it can. After the decision only a person's word counts.</summary>
    private static string? Trouble(RolloutProgress progress, RolloutFacts facts) =>
        progress.Abort is { } abort ? abort
        : progress.Decided ? null
        : (facts.New.Failure ?? facts.Baseline.Failure) is { } failure ? failure
        : Gates.Failure(progress, facts) is { } failed ? failed
        : progress.AnalysisSkipped is null && facts.Verdict is { Outcome: VerdictOutcome.Fail } verdict ? verdict.Sentence
        : null;

    private static RolloutProgress EnterStep(RolloutProgress progress, int number, DateTimeOffset now)
    {
        var step = progress.Plan!.Step(number);
        var entered = progress with { Step = number };
        if (step.OldReplicas >= progress.OldWanted) return EnterStart(entered, now);
        // An old set that goes before anything new serves keeps its share, so that requests are held, not refused.
        var share = step.OldReplicas == 0 && progress.NewWeight > 0 ? 0 : progress.OldWeight;
        return Enter(
            entered with { OldWanted = step.OldReplicas, OldWeight = share }, RolloutStage.Retiring, now, $"waiting for replicas of {progress.Stable} to drain and stop");
    }

    private static RolloutProgress EnterStart(RolloutProgress progress, DateTimeOffset now)
    {
        var step = progress.Plan!.Step(progress.Step);
        return Enter(
            progress with { NewWanted = step.NewReplicas, BaselineWanted = step.BaselineReplicas, BaselineWeight = Math.Min(progress.BaselineWeight, step.BaselineWeight) },
            RolloutStage.Starting,
            now,
            $"starting {step.NewReplicas} replica(s) of {progress.Revision}{StepOf(progress)}");
    }

    private static RolloutMove Start(RolloutProgress progress, RolloutFacts facts)
    {
        if (Growing(progress, facts) is { } growing) return RolloutMove.Wait(progress, growing);
        if (facts.Baseline.Ready < progress.BaselineWanted)
            return RolloutMove.Wait(progress, $"starting the baseline of {progress.Stable}: {facts.Baseline.Ready} of {progress.BaselineWanted} replica(s) healthy{StepOf(progress)}");
        if (Gates.Hold(progress, facts, JobGate.Verify) is { } verifying) return verifying;
        if (progress.Plan!.NeedsApproval && progress.Approval is null)
        {
            return facts.Now - progress.StageSince > progress.Plan.ApprovalExpiry
                ? GiveUp(progress, facts.Now, $"nobody approved it within {Strategies.Wording.Span(progress.Plan.ApprovalExpiry)}")
                : RolloutMove.Wait(progress, $"{progress.NewWanted} replica(s) of {progress.Revision} healthy; waiting for approval: approve or abort the rollout", RolloutWait.Approval);
        }

        if (Gates.Hold(progress, facts, JobGate.Shift) is { } held) return held;
        var step = progress.Plan.Step(progress.Step);
        var next = Enter(progress, RolloutStage.Shifting, facts.Now, "waiting for the gateway to route by the new table") with
        {
            NewWeight = step.NewWeight,
            OldWeight = step.OldWeight,
            BaselineWeight = step.BaselineWeight,
            Mirror = step.Mirror,
            AwaitedGeneration = null,
            ServingSince = progress.ServingSince ?? (step.NewWeight > 0 ? facts.Now : null),
            JudgedSince = Promotes(progress, step) || progress.JudgedSince is null ? (step.Judged || step.Analysis.Count > 0 ? facts.Now : null) : progress.JudgedSince,
        };
        return new RolloutMove(next, [Ended(progress, facts.Now, "start", $"{progress.NewWanted} replica(s) of {progress.Revision} healthy{StepOf(progress)}")]);
    }

    private static RolloutMove Shift(RolloutProgress progress, RolloutFacts facts)
    {
        if (!facts.TrafficAcknowledged)
        {
            if (facts.TrafficProblem is { } problem && facts.Now - progress.StageSince > TrafficPatience)
                return GiveUp(progress, facts.Now, $"the traffic could not be shifted within {Strategies.Wording.Span(TrafficPatience)}: {problem}");
            return RolloutMove.Wait(progress, $"waiting for the gateway to route by table {progress.AwaitedGeneration}{StepOf(progress)}{Problem(facts)}");
        }

        if (Growing(progress, facts) is { } growing) return RolloutMove.Wait(progress, growing);
        if (Gates.Hold(progress, facts, JobGate.Watch) is { } held) return held;
        var share = progress.NewWeight > 0 ? $"{Share(progress)} of the traffic goes to {progress.Revision}"
            : progress.Mirror > 0 ? $"a copy of {progress.Mirror}% of the requests goes to {progress.Revision}"
            : $"{progress.Revision} can be reached by header or cookie";
        var step = Ended(progress, facts.Now, "shift", share + StepOf(progress));
        if (progress.Paused is null && progress.Plan!.Step(progress.Step).Passes)
            return HoldLast(progress, facts) ?? new RolloutMove(AfterStep(progress, facts.Now), [step]);
        return new RolloutMove(Enter(progress, RolloutStage.Watching, facts.Now, $"watching {progress.Revision}"), [step]);
    }

    private static RolloutMove Watch(RolloutProgress progress, RolloutFacts facts)
    {
        var step = progress.Plan!.Step(progress.Step);
        var finding = !progress.Plan.Analysed ? "nothing is analysed"
            : progress.AnalysisSkipped is { } reason ? $"analysis skipped by {reason}"
            : facts.Verdict?.Sentence ?? "no requests seen yet";
        if (Growing(progress, facts) is { } growing) return RolloutMove.Wait(progress, $"{growing}: {finding}");
        if (progress.PromotedThrough >= progress.Step) return Watched($"promoted by request: {finding}");
        if (progress.Paused is { } pause) return RolloutMove.Wait(progress, $"paused by {pause.By} ({pause.Reason}){StepOf(progress)}; resume, promote or abort. {finding}", RolloutWait.Resume);

        var since = progress.StageSince > facts.ObservedSince ? progress.StageSince : facts.ObservedSince;
        var left = since + step.Hold - facts.Now;
        if (left > TimeSpan.Zero)
            return RolloutMove.Wait(progress, $"watching {progress.Revision} for another {left.TotalSeconds:0}s{StepOf(progress)}: {finding}");
        if (step.UntilPromoted) return RolloutMove.Wait(progress, $"waiting to be promoted{StepOf(progress)}: {finding}", RolloutWait.Promotion);
        var judged = progress.Plan.Analysed && progress.AnalysisSkipped is null && step.Judged;
        if (judged && facts.Verdict is not { Outcome: VerdictOutcome.Pass })
            return RolloutMove.Wait(progress, $"inconclusive{StepOf(progress)}: {finding}. It goes on when that is enough; or promote, or abort", RolloutWait.Evidence);
        if (progress.AnalysisSkipped is null && facts.Unread is { } unread)
            return RolloutMove.Wait(progress, $"waiting for {unread}{StepOf(progress)}: {finding}", RolloutWait.Evidence);
        return Watched(finding);

        RolloutMove Watched(string message) => HoldLast(progress, facts) ?? new RolloutMove(AfterStep(progress, facts.Now), [Ended(progress, facts.Now, "watch", message + StepOf(progress))]);
    }

    /// <summary>
    /// The replicas that a change of their number asks for are not all healthy; null: they are. The old set is not let go for some that are
    /// only on their way.
    /// </summary>
    private static string? Growing(RolloutProgress progress, RolloutFacts facts) => facts.New.Ready < progress.NewWanted
        ? $"starting {progress.Revision}: {facts.New.Ready} of {progress.NewWanted} replica(s) healthy{StepOf(progress)}"
        : null;

    /// <summary>What the pipeline still has to do before the new revision is the stable one.</summary>
    private static RolloutMove? HoldLast(RolloutProgress progress, RolloutFacts facts) =>
        progress.Step == progress.Plan!.Steps.Count ? Gates.Hold(progress, facts, JobGate.Promote) : null;

    private static RolloutProgress AfterStep(RolloutProgress progress, DateTimeOffset now)
    {
        var count = progress.Plan!.Steps.Count;
        if (progress.Step < count)
        {
            // Straight to the end, unless steps between make room for it.
            var straight = progress.PromotedThrough >= count && progress.Plan.Step(count).OldReplicas >= progress.OldWanted;
            return EnterStep(progress, straight ? count : progress.Step + 1, now);
        }

        return Enter(progress, RolloutStage.Retiring, now, $"retiring {progress.Stable}") with { Decided = true, OldWanted = 0 };
    }

    private static RolloutMove Retire(RolloutProgress progress, RolloutFacts facts)
    {
        var kept = progress is { Decided: true, Plan.ScaleDownDelay.Ticks: > 0 };
        // Between two batches nobody waits for what the last one's old replicas have under way: they serve no more. The end waits for all.
        var old = progress.Decided ? facts.Old.Live : facts.Old.Live - facts.Old.Leaving;
        if (!kept && old > progress.OldWanted)
            return RolloutMove.Wait(progress, $"waiting for {old - progress.OldWanted} replica(s) of {progress.Stable} to drain and stop{Problem(facts)}");
        if (facts.Baseline.Live > progress.BaselineWanted)
            return RolloutMove.Wait(progress, $"waiting for {facts.Baseline.Live - progress.BaselineWanted} baseline replica(s) of {progress.Stable} to drain and stop{Problem(facts)}");
        if (!progress.Decided)
        {
            var step = Ended(progress, facts.Now, "retire", $"{progress.OldWanted} replica(s) of {progress.Stable} left{StepOf(progress)}");
            return new RolloutMove(EnterStart(progress, facts.Now), [step]);
        }

        if (Gates.Hold(progress, facts, JobGate.CleanUp) is { } cleaning) return cleaning;
        if (progress.Stable is null) return End(progress, RolloutStage.Completed, facts.Now, $"{progress.Revision} serves");
        var retired = kept
            ? $"{progress.Stable} stays ready for {Strategies.Wording.Span(progress.Plan!.ScaleDownDelay)}"
            : $"{progress.Stable} is retired";
        return End(progress, RolloutStage.Completed, facts.Now, $"{progress.Revision} serves; {retired}") with { Steps = [Ended(progress, facts.Now, "retire", retired)] };
    }

    private static RolloutMove GiveUp(RolloutProgress progress, DateTimeOffset now, string why)
    {
        var served = progress.ServingSince is not null && progress.Stable is not null;
        var next = Enter(progress, RolloutStage.RollingBack, now, "") with
        {
            Failure = why,
            Abort = null,
            Paused = null,
            Decided = false,
            RollbackSince = now,
            OldWanted = progress.Plan!.OldReplicas,
            Mirror = 0,
            Phase = served ? RollbackPhase.Restore : RollbackPhase.Discard,
            NewWanted = served ? progress.NewWanted : 0,
            NewWeight = served ? progress.NewWeight : 0,
            BaselineWanted = served ? progress.BaselineWanted : 0,
            BaselineWeight = served ? progress.BaselineWeight : 0,
            Message = served ? $"returning traffic to {progress.Stable}: {why}" : $"discarding {progress.Revision}: {why}",
        };
        return new RolloutMove(next, [Ended(progress, now, NameOf(progress.Stage), why) with { Failed = true }]);
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
                return new RolloutMove(progress with { Phase = RollbackPhase.Return, NewWeight = 0, BaselineWeight = 0, OldWeight = 100, AwaitedGeneration = null }, []);

            case RollbackPhase.Return:
                if (!facts.TrafficAcknowledged)
                    return RolloutMove.Wait(progress, $"waiting for the gateway to return all traffic to {progress.Stable}{Problem(facts)}");
                var took = facts.Now - progress.RollbackSince!.Value;
                return new RolloutMove(
                    progress with { Phase = RollbackPhase.Discard, NewWanted = 0, BaselineWanted = 0, RollbackTook = took, StageSince = facts.Now },
                    [new RolloutStep("rollBack", $"all traffic is back on {progress.Stable}", took)]);

            default:
                if (facts.New.Live + facts.Baseline.Live > 0)
                    return RolloutMove.Wait(progress, $"waiting for {facts.New.Live + facts.Baseline.Live} replica(s) of {progress.Revision} to drain and stop{Problem(facts)}");
                if (Gates.HoldBack(progress, facts) is { } undoing) return undoing;
                var end = progress.RollbackTook is null ? RolloutStage.Failed : RolloutStage.RolledBack;
                return End(progress, end, facts.Now, progress.Failure! + Gates.NotUndone(progress, facts)) with
                {
                    Steps = [Ended(progress, facts.Now, "discard", $"the replicas of {progress.Revision} are gone")],
                };
        }
    }

    private static RolloutMove End(RolloutProgress progress, RolloutStage end, DateTimeOffset now, string message) =>
        new(Enter(progress, end, now, message) with { Failure = end == RolloutStage.Completed ? null : message }, []);

    private static RolloutProgress Enter(RolloutProgress progress, RolloutStage stage, DateTimeOffset now, string message) =>
        progress with { Stage = stage, StageSince = now, Message = message, Awaits = RolloutWait.Nobody };

    private static RolloutStep Ended(RolloutProgress progress, DateTimeOffset now, string step, string message) =>
        new(step, message, now - progress.StageSince);

    private static string NameOf(RolloutStage stage) => stage switch
    {
        RolloutStage.Preparing => "pipeline",
        RolloutStage.Starting => "start",
        RolloutStage.Shifting => "shift",
        RolloutStage.Watching => "watch",
        _ => "retire",
    };

    /// <summary>True: the step ends an analysis before the promotion; what it found counts for itself alone.</summary>
    private static bool Promotes(RolloutProgress progress, PlanStep step) =>
        !step.PrePromotion && progress.Step > 1 && progress.Plan!.Step(progress.Step - 1).PrePromotion;

    private static string Problem(RolloutFacts facts) => facts.TrafficProblem is { } problem ? $": {problem}" : "";

    private static string Share(RolloutProgress progress) =>
        $"{100 * progress.NewWeight / Math.Max(1, progress.NewWeight + progress.OldWeight + progress.BaselineWeight)}%";

    private static string StepOf(RolloutProgress progress) =>
        progress.Plan!.Steps.Count == 1 ? "" : $" (step {progress.Step} of {progress.Plan.Steps.Count})";
}
