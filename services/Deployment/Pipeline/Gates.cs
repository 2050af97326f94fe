using Platform.Deployment.Rollouts;

namespace Platform.Deployment.Pipeline;

/// <summary>The rules of a pipeline, pure and level-triggered as <see cref="RolloutLogic"/>'s, which asks here before it goes on.</summary>
internal static class Gates
{
    /// <summary>What a rollout that has reached a gate does there; null: it passes, all of the gate's jobs have ended well.</summary>
    public static RolloutMove? Hold(RolloutProgress progress, RolloutFacts facts, JobGate gate)
    {
        var jobs = progress.Plan!.Pipeline.Where(j => j.Gate == gate).ToList();
        if (jobs.Count == 0) return null;
        var open = progress.Gate < gate ? jobs[0] : jobs.FirstOrDefault(j => !StateOf(facts, j).IsEnd());
        if (open is null) return null;
        var place = jobs.Count == 1 ? "" : $" (job {jobs.IndexOf(open) + 1} of {jobs.Count})";
        return RolloutMove.Wait(progress with { Gate = progress.Gate < gate ? gate : progress.Gate }, $"waiting for the job '{open.Name}' of {progress.Revision}{place}");
    }

    /// <summary>Why the rollout must be given up: the first of its jobs that failed; null: none did.</summary>
    public static string? Failure(RolloutProgress progress, RolloutFacts facts) => progress.Plan!.Pipeline
        .Where(j => !j.IsOptional && j.Gate is not (JobGate.CleanUp or JobGate.Undo) && StateOf(facts, j) == JobState.Failed)
        .Select(j => $"{j.Name} failed: {MessageOf(facts, j)}")
        .FirstOrDefault();

    /// <summary>What a rollout that is taken back waits for: what still runs must have stopped, then what was done is undone; null: nothing is left.</summary>
    public static RolloutMove? HoldBack(RolloutProgress progress, RolloutFacts facts)
    {
        var running = progress.Plan!.Pipeline.FirstOrDefault(j => j.Gate != JobGate.Undo && StateOf(facts, j) == JobState.Running);
        return running is not null
            ? RolloutMove.Wait(progress, $"stopping the job '{running.Name}' of {progress.Revision}")
            : Hold(progress, facts, JobGate.Undo);
    }

    /// <summary>What could not be undone, to follow the reason of the rollback; empty: nothing.</summary>
    public static string NotUndone(RolloutProgress progress, RolloutFacts facts) => string.Concat(progress.Plan!.Pipeline
        .Where(j => j.Gate == JobGate.Undo && StateOf(facts, j) == JobState.Failed)
        .Select(j => $"; and {j.Name} failed: {MessageOf(facts, j)}"));

    private static JobState StateOf(RolloutFacts facts, PlannedJob job) => facts.Jobs.FirstOrDefault(f => f.Number == job.Number)?.State ?? JobState.Planned;

    private static string? MessageOf(RolloutFacts facts, PlannedJob job) => facts.Jobs.FirstOrDefault(f => f.Number == job.Number)?.Message;
}
