using Platform.Contracts.Deployments;
using Platform.Deployment.Analysis;

namespace Platform.Deployment.Rollouts;

/// <summary>A rollout's progress as others may see it. Pure.</summary>
internal static class RolloutCourses
{
    /// <summary>The course; null: nothing is planned yet.</summary>
    /// <param name="progress">What the rollout remembers.</param>
    /// <param name="verdict">What the judge says; null: nothing.</param>
    /// <param name="observedSince">Since when its figures are seen: a watch counts only from here.</param>
    /// <param name="now">The time.</param>
    /// <param name="jobs">The jobs of its pipeline.</param>
    public static RolloutCourse? Of(RolloutProgress progress, Verdict? verdict, DateTimeOffset observedSince, DateTimeOffset now, IReadOnlyList<JobView>? jobs = null)
    {
        if (progress.Plan is not { } plan) return null;
        return new RolloutCourse
        {
            Steps = [.. plan.Steps.Select(Step)],
            Step = progress.Step,
            Since = progress.StageSince,
            Until = progress.Stage == RolloutStage.Watching && progress.Paused is null
                ? (progress.StageSince > observedSince ? progress.StageSince : observedSince) + plan.Step(progress.Step).Hold
                : null,
            Awaits = progress.Awaits switch
            {
                RolloutWait.Nobody => null,
                _ => progress.Awaits.ToString().ToLowerInvariant(),
            },
            Paused = progress.Paused is { } pause ? new RolloutNote(pause.By, pause.Reason, pause.At) : null,
            Approval = progress.Approval is { } yes ? new RolloutNote(yes.By, yes.Reason, yes.At) : null,
            AnalysisSkipped = progress.AnalysisSkipped,
            Jobs = jobs ?? [],
            Evidence = verdict is null ? null : RolloutEvidence.View(progress, verdict, now),
        };
    }

    /// <summary>What others want to be told of at once when it changes.</summary>
    public static string Place(RolloutProgress progress, IReadOnlyList<JobView>? jobs = null) =>
        $"{(jobs is { Count: > 0 } ? string.Join(' ', jobs.Select(j => j.State)) + "/" : "")}{progress.Stage}/{progress.Step}/{progress.Phase}/{progress.Awaits}/{progress.Paused?.At:O}/{progress.Approval?.At:O}/{progress.AnalysisSkipped}";

    /// <summary>A share of a sum of shares, in percent.</summary>
    public static int Percent(int share, int others) => share + others == 0 ? 0 : (int)Math.Round(100.0 * share / (share + others));

    private static CourseStep Step(PlanStep step) => new()
    {
        Weight = Percent(step.NewWeight, step.OldWeight + step.BaselineWeight),
        Mirror = step.Mirror,
        Replicas = step.NewReplicas,
        OldReplicas = step.OldReplicas,
        BaselineReplicas = step.BaselineReplicas,
        Hold = step.Hold,
        UntilPromoted = step.UntilPromoted,
    };
}
