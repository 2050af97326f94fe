using Platform.Contracts.Traffic;
using Platform.Deployment.Traffic;

namespace Platform.Deployment.Tests.Traffic;

public sealed class TrafficTableTests
{
    [Fact]
    public void Compute_RevisionsWithoutShareAndReplicas_AreLeftOut()
    {
        var table = TrafficTable.Compute("shop", 7, new RouteSettings(), [new("v1", 100, [At("b"), At("a")]), new("v2", 0, []), new("v3", 0, [At("c")])]);

        Assert.Equal(["v1", "v3"], table.Revisions.Select(r => r.Revision));
        Assert.Equal(["a", "b"], table.Revisions[0].Replicas.Select(r => r.Id));
        Assert.Equal(7, table.Generation);
    }

    [Fact]
    public void Compute_AShareWithoutReplicas_StaysSoThatRequestsAreHeld() =>
        Assert.Single(TrafficTable.Compute("shop", 1, new RouteSettings(), [new("v1", 100, [])]).Revisions);

    [Fact]
    public void RoutesAlike_SeesEveryDifferenceButTheGeneration()
    {
        var table = TrafficTable.Compute("shop", 1, new RouteSettings(), [new("v1", 100, [At("a")])]);

        Assert.True(TrafficTable.RoutesAlike(table, TrafficTable.Compute("shop", 2, new RouteSettings(), [new("v1", 100, [At("a")])])));
        Assert.False(TrafficTable.RoutesAlike(table, TrafficTable.Compute("shop", 2, new RouteSettings(), [new("v1", 50, [At("a")])])));
        Assert.False(TrafficTable.RoutesAlike(table, TrafficTable.Compute("shop", 2, new RouteSettings(), [new("v1", 100, [At("b")])])));
        Assert.False(TrafficTable.RoutesAlike(table, TrafficTable.Compute("shop", 2, new RouteSettings { Hosts = ["shop.example"] }, [new("v1", 100, [At("a")])])));
        Assert.False(TrafficTable.RoutesAlike(table, TrafficTable.Removed("shop", 2)));
    }

    private static ReplicaAddress At(string id) => new() { Id = id, Address = new Uri("http://127.0.0.1:1000") };
}
