using Platform.Deployment.Replicas;
using Platform.Metrics.Scraping;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Usage;

/// <summary>The ready replicas whose manifest says where they expose metrics (<c>metrics.path</c>), as of the last second.</summary>
internal sealed class ReplicaScrapeTargets : IScrapeTargets
{
    /// <inheritdoc/>
    public IReadOnlyList<ScrapeTarget> Current { get; private set; } = [];

    /// <summary>Takes in the replicas of now.</summary>
    /// <param name="replicas">All that live.</param>
    /// <param name="manifests">Manifests by application and revision.</param>
    public void Update(IEnumerable<ReplicaRow> replicas, IReadOnlyDictionary<(string Application, string Revision), Manifest> manifests) => Current =
    [
        .. from replica in replicas
           where replica is { Phase: ReplicaState.Ready, Address: not null }
           let metrics = manifests.GetValueOrDefault((replica.Application, replica.Revision))?.Metrics
           where metrics is not null
           select new ScrapeTarget(replica.Application, replica.Revision, replica.Id, new Uri(new Uri(replica.Address!), metrics.Path)),
    ];
}
