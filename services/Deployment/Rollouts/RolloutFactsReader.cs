using Platform.Deployment.Analysis;
using Platform.Deployment.Applications;
using Platform.Deployment.Measurements;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Replicas;
using Platform.Deployment.Traffic;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts;

/// <summary>Sees the world for a rollout.</summary>
internal sealed class RolloutFactsReader(Manifests manifests, RolloutTrials trials, TimeProvider time)
{
    /// <summary>The facts of now.</summary>
    public async Task<RolloutFacts> ReadAsync(Reader reader, RolloutState saga, RolloutProgress progress)
    {
        var replicas = await reader.LiveReplicasAsync(saga.Application);
        var route = await reader.RouteAsync(saga.Application);
        var manifest = progress.JudgedSince is null ? null : await manifests.FindAsync(reader, saga.Application, progress.Revision);
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
            Jobs = await JobBook.ReadAsync(reader, saga.CorrelationId, progress.Plan),
            TrafficAcknowledged = progress.AwaitedGeneration is { } awaited && (awaited == 0 || route?.Acknowledged >= awaited),
            TrafficProblem = route?.Problem,
            ObservedSince = trials.ListeningSince,
            Unread = await UnreadAsync(reader, saga, progress, manifest),
            Verdict = await JudgeAsync(reader, saga, progress, manifest, replicas.Where(r => r.Revision == progress.Revision && r.Phase == ReplicaState.Ready).Max(r => r.ReadyAt)),
        };
    }

    private async Task<Verdict?> JudgeAsync(Reader reader, RolloutState saga, RolloutProgress progress, Manifest? manifest, DateTimeOffset? youngest)
    {
        if (manifest is null || Trialed.Of(progress) is not { } trialed) return null;
        var kept = trials.Knows(saga.CorrelationId, trialed) ? null : await reader.TrialAsync(saga.CorrelationId);
        var readings = manifest.Rollout.Analysis.Metrics.Count == 0
            ? []
            : await reader.ReadingsAsync(saga.CorrelationId, trialed.Baseline, trialed.Since, trials.LastReading(saga.CorrelationId, trialed));
        return trials.Judge(saga.CorrelationId, saga.Application, progress, manifest.Rollout, readings, kept, youngest);
    }

    /// <summary>The readings that the step under way still waits for, in words; null: none.</summary>
    private static async Task<string?> UnreadAsync(Reader reader, RolloutState saga, RolloutProgress progress, Manifest? manifest)
    {
        if (manifest is null || Measures.Of(saga.Application, progress) is not { Inline.Count: > 0 } measures) return null;
        var last = await reader.LastReadingsAsync(saga.CorrelationId, measures);
        var unread = manifest.Rollout.Analysis.Metrics.Where(m => measures.Inline.Contains(m.Name))
            .Select(m => (m.Name, m.Count, Taken: last.GetValueOrDefault(m.Name)?.OfStep ?? 0)).Where(m => m.Taken < m.Count)
            .Select(m => $"{m.Name} ({m.Taken} of {m.Count} readings)").ToList();
        return unread.Count == 0 ? null : string.Join(", ", unread);
    }

    private static RevisionFacts Revision(IReadOnlyList<ReplicaRow> replicas, string revision)
    {
        var mine = replicas.Where(r => r.Revision == revision).ToList();
        return new RevisionFacts(mine.Count(r => r.Phase == ReplicaState.Ready), mine.Count) { Leaving = mine.Count(r => r.Phase == ReplicaState.Draining) };
    }
}
