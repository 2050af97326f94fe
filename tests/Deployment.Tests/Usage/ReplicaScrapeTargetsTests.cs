using Platform.Deployment.Replicas;
using Platform.Deployment.Usage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Usage;

public sealed class ReplicaScrapeTargetsTests
{
    [Fact]
    public void Update_OnlyReadyReplicasThatExposeMetrics_AreScraped()
    {
        var targets = new ReplicaScrapeTargets();

        targets.Update(
            [Replica("a", "v1", "ready"), Replica("b", "v1", "starting"), Replica("c", "v2", "ready"), Replica("d", "v3", "ready")],
            new Dictionary<(string, string), Manifest>
            {
                [("shop", "v1")] = new() { Name = "shop", Revision = "v1", Metrics = new MetricsSpec { Path = "/metrics" } },
                [("shop", "v2")] = new() { Name = "shop", Revision = "v2" },
            });

        var target = Assert.Single(targets.Current);
        Assert.Equal(("shop", "v1", "a", new Uri("http://127.0.0.1:20001/metrics")), (target.Application, target.Revision, target.Replica, target.Address));
    }

    private static ReplicaRow Replica(string id, string revision, string state) => new()
    {
        Id = id,
        Application = "shop",
        Revision = revision,
        Generation = 1,
        State = state,
        Port = 20001,
        Address = "http://127.0.0.1:20001",
        Restarts = 0,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Routed = false,
        Drained = false,
    };
}
