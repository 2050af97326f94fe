using Platform.Contracts.Http;

namespace Platform.CommandLine.Rendering;

/// <summary>A rollout's states, told apart.</summary>
internal static class RolloutText
{
    public static bool HasEnded(RolloutView rollout) => rollout.State is "completed" or "failed" or "rolledBack";

    public static bool HasSucceeded(RolloutView rollout) => rollout.State == "completed";

    /// <summary>What it is and where it stands, in one line.</summary>
    public static string Head(RolloutView rollout)
    {
        var place = rollout.StableRevision is { } stable && stable != rollout.Revision ? $" in place of {stable}" : "";
        var told = rollout.Course?.Evidence is not null && !HasEnded(rollout) && rollout.State == "watching" ? "" : $": {rollout.Message}";
        return $"Rollout of {rollout.Revision}{place} ({rollout.Strategy}, {rollout.State}){told}";
    }

    public static string Step(RolloutStepView step) => $"  {(step.Failed ? '✗' : '✓')} {step.Step,-10} {Durations.Short(step.Duration),9}  {step.Message}";

    public static string End(RolloutView rollout)
    {
        var took = rollout.EndedAt is { } ended ? $" after {Durations.Short(ended - rollout.CreatedAt)}" : "";
        return rollout.State switch
        {
            "completed" => $"{rollout.Application} {rollout.Revision} serves{took}.",
            "rolledBack" => $"{rollout.Application} {rollout.Revision} was rolled back{took}; {rollout.StableRevision ?? "the revision before it"} serves. {rollout.Message}",
            _ => $"{rollout.Application} {rollout.Revision} failed{took}; {(rollout.StableRevision is { } stable ? $"{stable} was not touched" : "nothing serves")}. {rollout.Message}",
        };
    }
}
