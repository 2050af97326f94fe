using Platform.Deployment.Rollouts;
using Platform.Storage;

namespace Platform.Deployment.Pipeline;

/// <summary>Writes down, in the rollout's own transaction, what a move of it means for its jobs. Whoever runs them goes by the rows.</summary>
internal static class JobBook
{
    /// <summary>One move.</summary>
    public static async Task FollowAsync(Transaction tx, Guid rollout, RolloutProgress before, RolloutProgress next, Wakeup jobs)
    {
        if (next.Plan is not { Pipeline.Count: > 0 } plan) return;
        if (before.Plan is null)
        {
            foreach (var job in plan.Pipeline) await tx.AddJobAsync(rollout, job);
        }

        if (next.Stage == RolloutStage.RollingBack && before.Stage != RolloutStage.RollingBack) await tx.GiveUpJobsAsync(rollout, all: false);
        if (next.Gate != before.Gate) await tx.OpenGateAsync(rollout, next.Gate);
        if (next.Stage.IsEnd() && !before.Stage.IsEnd()) await tx.GiveUpJobsAsync(rollout, all: true);
        tx.OnCommitted(jobs.Wake);
    }

    /// <summary>The jobs as the rollout's rules see them.</summary>
    public static async Task<IReadOnlyList<JobFacts>> ReadAsync(Reader reader, Guid rollout, RolloutPlan? plan) => plan is { Pipeline.Count: > 0 }
        ? [.. (await reader.JobsAsync(rollout)).Select(j => new JobFacts(j.Number, j.Phase, j.Message))]
        : [];
}
