using Platform.Deployment.Analysis;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Deployment.Traffic;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>Sees the world for a rollout.</summary>
internal sealed class RolloutFactsReader(Manifests manifests, RolloutTrials trials, TimeProvider time)
{
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
            TrafficProblem = route?.Problem,
            ObservedSince = trials.ListeningSince,
            Verdict = await JudgeAsync(reader, saga, progress, replicas.Where(r => r.Revision == progress.Revision && r.Phase == ReplicaState.Ready).Max(r => r.ReadyAt)),
        };
    }

    private async Task<Verdict?> JudgeAsync(Reader reader, RolloutState saga, RolloutProgress progress, DateTimeOffset? youngest) =>
        progress.JudgedSince is not null && await manifests.FindAsync(reader, saga.Application, progress.Revision) is { } manifest
            ? trials.Judge(saga.CorrelationId, saga.Application, progress, manifest.Rollout, youngest)
            : null;

    private static RevisionFacts Revision(IReadOnlyList<ReplicaRow> replicas, string revision)
    {
        var mine = replicas.Where(r => r.Revision == revision).ToList();
        return new RevisionFacts(mine.Count(r => r.Phase == ReplicaState.Ready), mine.Count);
    }
}
