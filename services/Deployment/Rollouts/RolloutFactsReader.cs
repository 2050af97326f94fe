using Platform.Deployment.Analysis;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Deployment.Traffic;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>Sees the world for a rollout.</summary>
internal sealed class RolloutFactsReader(Manifests manifests, RevisionMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan BaselineSpan = TimeSpan.FromMinutes(5);

    /// <summary>How long a new revision's latency is not held against it: a third of the watch, and never longer than this.</summary>
    private static readonly TimeSpan LongestSettle = TimeSpan.FromSeconds(5);

    /// <summary>What the old revision has done of late.</summary>
    public RevisionSummary Before(string application, string revision) =>
        metrics.Summarize(application, revision, time.GetUtcNow() - BaselineSpan);

    /// <summary>The facts of now.</summary>
    public async Task<RolloutFacts> ReadAsync(Reader reader, RolloutState saga, RolloutProgress progress)
    {
        var replicas = await reader.LiveReplicasAsync(saga.Application);
        var route = await reader.RouteAsync(saga.Application);
        return new RolloutFacts
        {
            Now = time.GetUtcNow(),
            New = Revision(replicas, progress.Revision) with
            {
                Failure = await reader.FirstFailureAsync(saga.Application, progress.Revision, progress.BeganAt),
            },
            Old = progress.Stable is null ? RevisionFacts.None : Revision(replicas, progress.Stable),
            Baseline = progress.Stable is null ? RevisionFacts.None : Revision(replicas, RevisionNames.Baseline(progress.Stable)) with
            {
                Failure = await reader.FirstFailureAsync(saga.Application, RevisionNames.Baseline(progress.Stable), progress.BeganAt),
            },
            TrafficAcknowledged = progress.AwaitedGeneration is { } awaited && (awaited == 0 || route?.Acknowledged >= awaited),
            ObservedSince = metrics.Since,
            Verdict = await JudgeAsync(reader, saga, progress),
        };
    }

    private async Task<Verdict?> JudgeAsync(Reader reader, RolloutState saga, RolloutProgress progress)
    {
        if (progress is not { JudgedSince: { } since, Stable: { } stable, Plan.Analysed: true, AnalysisSkipped: null }) return null;
        if ((await manifests.FindAsync(reader, saga.Application, progress.Revision))?.Rollout is not { Analysis: { } analysis } rollout) return null;
        var limits = new AnalysisLimits { ErrorRate = analysis.ErrorRate, P95 = analysis.P95, MinRequests = analysis.MinRequests };
        var settle = TimeSpan.FromTicks(Math.Min(LongestSettle.Ticks, rollout.Watch.Ticks / 3));
        // Side by side where both serve; otherwise against what the old revision did before.
        var baseline = progress.BaselineWeight > 0 ? metrics.SummarizeServing(saga.Application, RevisionNames.Baseline(stable), since, settle)
            : progress.OldWeight > 0 ? metrics.SummarizeServing(saga.Application, stable, since, settle)
            : progress.Before ?? RevisionSummary.None;
        return ThresholdJudge.Judge(limits, metrics.SummarizeServing(saga.Application, progress.Revision, since, settle), baseline);
    }

    private static RevisionFacts Revision(IReadOnlyList<ReplicaRow> replicas, string revision)
    {
        var mine = replicas.Where(r => r.Revision == revision).ToList();
        return new RevisionFacts(mine.Count(r => r.Phase == ReplicaState.Ready), mine.Count);
    }
}
