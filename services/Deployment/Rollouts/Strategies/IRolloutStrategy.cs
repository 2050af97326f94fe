using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts.Strategies;

/// <summary>
/// A way of replacing one revision by another. Pure: it writes the whole way down as a plan, which the rollout then follows. A new
/// strategy is one class here, its line in <see cref="RolloutStrategyList"/> and its name in the manifest.
/// </summary>
internal interface IRolloutStrategy
{
    /// <summary>The name that manifests call it.</summary>
    string Name { get; }

    /// <summary>The plan, where a revision serves already.</summary>
    /// <param name="rollout">What the manifest of the new revision says.</param>
    /// <param name="sets">How many replicas the two revisions have, and their names.</param>
    RolloutPlan Plan(RolloutSpec rollout, ReplicaSets sets);
}

/// <summary>The two sets of a rollout.</summary>
/// <param name="Revision">The new revision.</param>
/// <param name="Replicas">Replicas it ends with, 1 or more.</param>
/// <param name="Stable">The old revision.</param>
/// <param name="Old">Replicas of it now.</param>
internal sealed record ReplicaSets(string Revision, int Replicas, string Stable, int Old);

/// <summary>Every strategy there is.</summary>
internal static class RolloutStrategyList
{
    private static readonly IReadOnlyList<IRolloutStrategy> All = [new RollingStrategy(), new BlueGreenStrategy(), new CanaryStrategy(), new ExperimentStrategy()];

    /// <summary>The strategy of that name; null: there is none.</summary>
    public static IRolloutStrategy? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => All.Select(s => s.Name);

    /// <summary>The plan of a revision that is the first to serve: nothing is replaced, so nothing is compared.</summary>
    public static RolloutPlan First(string revision, int replicas) => new()
    {
        Strategy = "first",
        Replicas = replicas,
        OldReplicas = 0,
        Steps = [new PlanStep { NewReplicas = replicas, OldReplicas = 0, NewWeight = 100, OldWeight = 0 }],
        Analysed = false,
        Description = $"first deployment: start {Wording.Count(replicas)} of {revision}, then open its route",
    };

    /// <summary>
    /// The plan where the old revision rests at 0 replicas: it serves nobody, so there is nothing to share the traffic with and nobody to compare
    /// with. The new one takes over whatever comes and is judged by that alone; who wants a person to promote it is asked.
    /// </summary>
    public static RolloutPlan FromRest(RolloutSpec rollout, ReplicaSets sets)
    {
        var all = new PlanStep { NewReplicas = sets.Replicas, OldReplicas = sets.Old, NewWeight = 100, OldWeight = 0, Hold = rollout.Watch };
        var preview = all with { NewWeight = 0, OldWeight = 100, Hold = TimeSpan.Zero, UntilPromoted = true };
        var asks = rollout.Strategy == RolloutStrategies.BlueGreen ? !rollout.AutoPromotion : rollout.Strategy == RolloutStrategies.Canary && rollout.Steps.Any(s => s.UntilPromoted);
        return new RolloutPlan
        {
            Strategy = "fromRest",
            Replicas = sets.Replicas,
            OldReplicas = sets.Old,
            Steps = asks ? [preview, all] : [all],
            ScaleDownDelay = rollout.ScaleDownDelay,
            FromRest = true,
            Description = $"from rest: {sets.Stable} has no replica, so {Wording.Count(sets.Replicas)} of {sets.Revision} take{(sets.Replicas == 1 ? "s" : "")} whatever comes as soon as healthy"
                + $"{(asks ? " and promoted" : "")}, watched for {Wording.Span(rollout.Watch)}",
        };
    }

    /// <summary>The plan that returns to a revision known to be good: everything at once, nothing judged.</summary>
    public static RolloutPlan Instant(ReplicaSets sets) => new()
    {
        Strategy = "instant",
        Replicas = sets.Replicas,
        OldReplicas = sets.Old,
        Steps = [new PlanStep { NewReplicas = sets.Replicas, OldReplicas = sets.Old, NewWeight = 100, OldWeight = 0 }],
        Analysed = false,
        Description = $"instant: {sets.Revision} served lately, so {Wording.Count(sets.Replicas)} of it take all traffic as soon as they are healthy; {sets.Stable} is retired",
    };
}

/// <summary>Words that the plans share.</summary>
internal static class Wording
{
    public static string Count(int replicas) => replicas == 1 ? "1 replica" : $"{replicas} replicas";

    public static string Span(TimeSpan span) =>
        span.TotalSeconds < 60 ? $"{span.TotalSeconds:0.#}s" : span.TotalHours < 2 ? $"{span.TotalMinutes:0.#}m" : $"{span.TotalHours:0.#}h";
}
