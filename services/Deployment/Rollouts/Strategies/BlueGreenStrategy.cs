using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts.Strategies;

/// <summary>
/// The whole new set is started beside the old one, looked at through its preview route (no share of the traffic; header or cookie
/// reach it) if the manifest asks for that, and then takes all traffic at once.
/// </summary>
internal sealed class BlueGreenStrategy : IRolloutStrategy
{
    public string Name => RolloutStrategies.BlueGreen;

    public RolloutPlan Plan(RolloutSpec rollout, ReplicaSets sets)
    {
        var preview = new PlanStep
        {
            NewReplicas = sets.Replicas,
            OldReplicas = sets.Old,
            NewWeight = 0,
            OldWeight = 100,
            Hold = rollout.Preview,
            UntilPromoted = !rollout.AutoPromotion,
            Mirror = rollout.Mirror,
            PrePromotion = rollout.PrePromotionAnalysis,
        };
        var all = preview with { NewWeight = 100, OldWeight = 0, Mirror = 0, PrePromotion = false, Hold = rollout.Watch, UntilPromoted = false };
        var analysed = rollout.PrePromotionAnalysis ? rollout.AutoPromotion ? "analyse it before the switch, " : "analyse it, " : "";
        var before = analysed + (rollout.AutoPromotion
            ? rollout.Preview > TimeSpan.Zero ? $"preview it for {Wording.Span(rollout.Preview)}, " : ""
            : "preview it until promoted, ");
        return new RolloutPlan
        {
            Strategy = Name,
            Replicas = sets.Replicas,
            OldReplicas = sets.Old,
            Steps = preview.Passes ? [all] : [preview, all],
            ScaleDownDelay = rollout.ScaleDownDelay,
            Description = $"blueGreen: start {Wording.Count(sets.Replicas)} of {sets.Revision} beside {sets.Stable}, {before}"
                + $"shift all traffic at once, watch for {Wording.Span(rollout.Watch)}, retire {sets.Stable}"
                + (rollout.ScaleDownDelay > TimeSpan.Zero ? $" {Wording.Span(rollout.ScaleDownDelay)} later" : ""),
        };
    }
}
