using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts.Strategies;

/// <summary>
/// Canary analysis as Kayenta's authors advise it: a baseline (the old revision, started afresh) and a canary (the new one) of equal size
/// and equal share run side by side, so that neither age nor load tells them apart. What passes then takes all traffic at once.
/// </summary>
internal sealed class ExperimentStrategy : IRolloutStrategy
{
    public string Name => RolloutStrategies.Experiment;

    public RolloutPlan Plan(RolloutSpec rollout, ReplicaSets sets)
    {
        var share = rollout.Experiment.Weight;
        var size = Math.Clamp(rollout.Experiment.Replicas?.RoundedUp(sets.Replicas) ?? (sets.Replicas * share + 99) / 100, 1, sets.Replicas);
        var experiment = new PlanStep
        {
            NewReplicas = size,
            OldReplicas = sets.Old,
            BaselineReplicas = size,
            NewWeight = share,
            BaselineWeight = share,
            OldWeight = 100 - 2 * share,
            Hold = rollout.Experiment.Duration,
        };
        return new RolloutPlan
        {
            Strategy = Name,
            Replicas = sets.Replicas,
            OldReplicas = sets.Old,
            Steps = [experiment, new PlanStep { NewReplicas = sets.Replicas, OldReplicas = sets.Old, NewWeight = 100, OldWeight = 0, Hold = rollout.Watch }],
            ScaleDownDelay = rollout.ScaleDownDelay,
            Description = $"experiment: {Wording.Count(size)} of {sets.Revision} and as many fresh ones of {sets.Stable} with {share} % of the traffic each for "
                + $"{Wording.Span(rollout.Experiment.Duration)}; if it passes, shift all traffic to {sets.Revision}, watch for {Wording.Span(rollout.Watch)}",
        };
    }
}
