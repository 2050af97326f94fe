using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts.Strategies;

/// <summary>
/// The new revision gets a growing share of the traffic, step by step; the old set stays whole until the end, so that going back is only
/// a change of routes. Replicas follow the share (rounded up) unless a step says how many it wants.
/// </summary>
internal sealed class CanaryStrategy : IRolloutStrategy
{
    public string Name => RolloutStrategies.Canary;

    public RolloutPlan Plan(RolloutSpec rollout, ReplicaSets sets)
    {
        var steps = new List<PlanStep>();
        foreach (var step in rollout.Steps)
        {
            var last = step.Weight == 100;
            var wanted = last ? sets.Replicas : step.Replicas?.RoundedUp(sets.Replicas) ?? (sets.Replicas * step.Weight + 99) / 100;
            steps.Add(new PlanStep
            {
                NewReplicas = Math.Clamp(wanted, steps.Count == 0 ? 1 : steps[^1].NewReplicas, sets.Replicas),
                OldReplicas = sets.Old,
                NewWeight = step.Weight,
                OldWeight = 100 - step.Weight,
                Mirror = step.Mirror,
                Hold = step.Pause ?? (last ? rollout.Watch : rollout.StepDuration),
                UntilPromoted = step.UntilPromoted,
                Analysis = step.Analysis,
            });
        }

        var way = string.Join(", ", steps.Select(s => $"{s.NewWeight} % {(s.UntilPromoted ? "until promoted" : $"for {Wording.Span(s.Hold)}")}{(s.Analysis.Count > 0 ? $" and until {string.Join(", ", s.Analysis)} has been read" : "")}"));
        return new RolloutPlan
        {
            Strategy = Name,
            Replicas = sets.Replicas,
            OldReplicas = sets.Old,
            Steps = steps,
            ScaleDownDelay = rollout.ScaleDownDelay,
            Description = $"canary: beside {sets.Stable}, {sets.Revision} gets of the traffic {way}",
        };
    }
}
