using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts.Strategies;

/// <summary>
/// Replicas are replaced a few at a time, as a Kubernetes Deployment does it:
/// <code>
/// step b:  New(b) = min(Replicas, b * (maxSurge + maxUnavailable))
///          Old(b) = min(Old, Replicas + maxSurge - New(b))
///          traffic by the number of replicas; the last step takes all of it
/// </code>
/// At no time do more than Replicas + maxSurge run, those aside that have left the routes and only finish what is under way, nor do fewer than
/// Replicas - maxUnavailable serve.
/// </summary>
internal sealed class RollingStrategy : IRolloutStrategy
{
    public string Name => RolloutStrategies.Rolling;

    public RolloutPlan Plan(RolloutSpec rollout, ReplicaSets sets) =>
        Plan(sets, rollout.MaxSurge.RoundedUp(sets.Replicas), rollout.MaxUnavailable.RoundedDown(sets.Replicas), rollout.Watch);

    /// <summary>The plan. A surge and an unavailability of zero would never move: the surge is then one.</summary>
    public static RolloutPlan Plan(ReplicaSets sets, int maxSurge, int maxUnavailable, TimeSpan watch)
    {
        var (replicas, old) = (sets.Replicas, sets.Old);
        var surge = maxSurge + maxUnavailable == 0 ? 1 : Math.Min(maxSurge, replicas);
        var unavailable = Math.Min(maxUnavailable, replicas);
        var size = Math.Min(replicas, surge + unavailable);
        var count = (replicas + size - 1) / size;
        return new RolloutPlan
        {
            Strategy = RolloutStrategies.Rolling,
            Replicas = replicas,
            OldReplicas = old,
            MayBeMissing = unavailable,
            Steps = [.. Enumerable.Range(1, count).Select(Step)],
            Description = $"rolling: replace {sets.Stable} by {sets.Revision} in {count} batch(es) of {size} "
                + $"(at most {replicas + surge} replicas, at least {replicas - unavailable} serving), watch for {Wording.Span(watch)}",
        };

        PlanStep Step(int number)
        {
            var fresh = Math.Min(replicas, number * size);
            var left = Math.Min(old, replicas + surge - fresh);
            var last = number == count;
            return new PlanStep
            {
                NewReplicas = fresh,
                OldReplicas = left,
                NewWeight = last ? 100 : fresh,
                OldWeight = last ? 0 : left,
                Hold = last ? watch : TimeSpan.Zero,
            };
        }
    }
}
