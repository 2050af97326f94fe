namespace Platform.Deployment.Rollouts;

/// <summary>
/// A rollout whose application is scaled on the way. Pure. The plan is rewritten for the new number, and the present step becomes the step
/// of the new plan that has come as far: both sets grow or shrink in proportion, the shares of the traffic stay, and so does the watch's clock.
/// A step to come waits for all its replicas before it moves the traffic, as ever.
/// </summary>
internal static class RolloutScaling
{
    /// <summary>The application's number of replicas that the plan is written for.</summary>
    public static int Count(RolloutProgress progress) => progress.Decided ? progress.Plan!.Replicas : progress.Plan!.OldReplicas;

    /// <summary>Goes on by another plan of the same strategy. Once is as good as twice.</summary>
    /// <param name="progress">Where it stands; planned, and not at its end.</param>
    /// <param name="fresh">The plan for the new numbers.</param>
    public static RolloutMove Rescale(RolloutProgress progress, RolloutPlan fresh)
    {
        var old = progress.Plan!;
        var plan = old with
        {
            Replicas = fresh.Replicas,
            OldReplicas = fresh.OldReplicas,
            MayBeMissing = Missing(old, fresh),
            Steps = fresh.Steps,
            Description = fresh.Description,
        };
        // While it is being prepared no step has begun.
        var number = progress.Step == 0 ? 0 : Corresponding(old, progress.Step, fresh);
        var next = Wanted(progress with { Plan = plan, Step = number, PromotedThrough = Promoted(progress, number) }, plan, number);
        return new RolloutMove(next, [new RolloutStep("scale", Sentence(progress, next), TimeSpan.Zero)]);
    }

    /// <summary>The first step of the new plan that has brought at least the same share of the new replicas. O(steps).</summary>
    public static int Corresponding(RolloutPlan old, int step, RolloutPlan fresh)
    {
        // Plans of as many steps differ in their counts alone; only rolling batches become more or fewer.
        if (old.Steps.Count == fresh.Steps.Count) return step;
        var reached = old.Step(step).NewReplicas;
        for (var number = 1; number < fresh.Steps.Count; number++)
        {
            if ((long)fresh.Step(number).NewReplicas * old.Replicas >= (long)reached * fresh.Replicas) return number;
        }

        return fresh.Steps.Count;
    }

    private static RolloutProgress Wanted(RolloutProgress progress, RolloutPlan plan, int number)
    {
        if (progress.Stage is RolloutStage.RollingBack or RolloutStage.Preparing) return progress with { OldWanted = plan.OldReplicas };
        if (progress.Decided) return progress with { NewWanted = plan.Replicas };
        var step = plan.Step(number);
        var scaled = progress.Stage == RolloutStage.Retiring
            // The step's own new replicas are not wanted before the old ones have made room for them.
            ? progress with
            {
                OldWanted = step.OldReplicas,
                NewWanted = number > 1 ? plan.Step(number - 1).NewReplicas : progress.NewWeight > 0 ? step.NewReplicas : 0,
                BaselineWanted = number > 1 ? plan.Step(number - 1).BaselineReplicas : 0,
            }
            : progress with { OldWanted = step.OldReplicas, NewWanted = step.NewReplicas, BaselineWanted = step.BaselineReplicas };
        // A step of rolling batches has shares of its own: they are taken as ever, once its replicas are healthy.
        var sharesMove = (step.NewWeight, step.OldWeight, step.BaselineWeight) != (progress.NewWeight, progress.OldWeight, progress.BaselineWeight);
        if (sharesMove && progress.Stage is (RolloutStage.Shifting or RolloutStage.Watching)) scaled = scaled with { Stage = RolloutStage.Starting };
        return scaled is { OldWanted: 0, NewWeight: > 0, OldWeight: > 0 } ? scaled with { OldWeight = 0, AwaitedGeneration = null } : scaled;
    }

    /// <summary>
    /// An old set that stays whole to the end takes its traffic back with what was enough before: those that are only starting because of the
    /// new number do not hold up a rollback.
    /// </summary>
    private static int Missing(RolloutPlan old, RolloutPlan fresh) =>
        fresh.Steps.All(s => s.OldReplicas == fresh.OldReplicas) ? Math.Max(fresh.MayBeMissing, fresh.OldReplicas - old.EnoughToReturn) : fresh.MayBeMissing;

    private static int Promoted(RolloutProgress progress, int number) =>
        progress.PromotedThrough == int.MaxValue ? int.MaxValue
        : progress.PromotedThrough >= progress.Step ? number
        : Math.Min(progress.PromotedThrough, number - 1);

    private static string Sentence(RolloutProgress before, RolloutProgress after)
    {
        var place = after.Plan!.Steps.Count == 1 || after.Step == 0 ? "" : $" (step {after.Step} of {after.Plan.Steps.Count})";
        var fresh = $"{after.NewWanted} instead of {before.NewWanted} of {after.Revision}";
        return after.Stable is null || after.Decided
            ? $"{RolloutScaling.Count(after)} replica(s) wanted: {fresh}{place}"
            : $"{RolloutScaling.Count(after)} replica(s) wanted: {after.OldWanted} instead of {before.OldWanted} of {after.Stable}, {fresh}{place}";
    }
}
