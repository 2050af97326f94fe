using FsCheck;
using FsCheck.Fluent;
using Platform.Contracts.Traffic;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;

namespace Platform.Gateway.Tests.Mirroring;

public sealed class MirrorSplitTests
{
    [Fact]
    public void The_share_of_the_others_requests_is_off_by_a_few_at_most_however_they_are_mixed_with_its_own()
    {
        var cases = from mirror in Gen.Choose(1, 100) from weight in Gen.Choose(0, 60) from writes in Gen.Choose(0, 50) select (mirror, weight, writes);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var route = Route([("v1", 100 - c.weight, 0), ("v2", c.weight, c.mirror)]);
            var split = route.Mirrors!;
            var random = new Random(17);
            var (copies, eligible) = (0, 0);
            for (var i = 0; i < 4_000; i++)
            {
                var revision = route.Choose(null, null, [], 0)!.Revision;
                var write = random.Next(100) < c.writes;
                if (revision == "v1" && !write) eligible++;
                var target = split.Choose(revision, write);
                if (target is null) continue;
                if (revision == "v2" || write || target.Pool.Revision != "v2") return false;
                copies++;
            }

            return Math.Abs(copies - (eligible * c.mirror / 100.0)) <= 12;
        }));
    }

    [Fact]
    public void Every_request_is_copied_at_a_hundred_percent_and_writes_if_asked_for()
    {
        var split = Route([("v1", 1, 0), ("v2", 0, 100)], writes: true).Mirrors!;

        Assert.All(Enumerable.Range(0, 1_000), i => Assert.Equal("v2", split.Choose("v1", write: i % 2 == 0)?.Pool.Revision));
        Assert.Null(split.Choose("v2", write: false));
    }

    [Fact]
    public void Two_mirrored_revisions_share_the_requests_and_none_is_copied_twice()
    {
        var split = Route([("v1", 1, 0), ("v2", 0, 30), ("v3", 0, 20)]).Mirrors!;

        var copies = Enumerable.Range(0, 10_000).Select(_ => split.Choose("v1", write: false)?.Pool.Revision).CountBy(r => r ?? "").ToDictionary();

        Assert.InRange(copies["v2"], 2_990, 3_010);
        Assert.InRange(copies["v3"], 1_990, 2_010);
    }

    [Fact]
    public void Without_a_mirrored_replica_there_is_no_split()
    {
        Assert.Null(Route([("v1", 1, 0), ("v2", 0, 0)]).Mirrors);
        Assert.Null(new ApplicationRoute(
            new RouteTable { Application = "shop", Generation = 1, Revisions = [new RevisionRoute { Revision = "v2", Weight = 0, Mirror = 50, Replicas = [] }] },
            new ApplicationTraffic("shop", new GatewayOptions()),
            (_, _) => throw new InvalidOperationException()).Mirrors);
    }

    private static ApplicationRoute Route((string Revision, int Weight, int Mirror)[] revisions, bool writes = false) => new(
        new RouteTable
        {
            Application = "shop",
            Generation = 1,
            Revisions =
            [
                .. revisions.Select(r => new RevisionRoute
                {
                    Revision = r.Revision,
                    Weight = r.Weight,
                    Mirror = r.Mirror,
                    MirrorWrites = writes,
                    Replicas = [new ReplicaAddress { Id = r.Revision, Address = new Uri("http://127.0.0.1:1") }],
                }),
            ],
        },
        new ApplicationTraffic("shop", new GatewayOptions()),
        (revision, address) => new Replica("shop", revision, address, new GatewayOptions(), TimeProvider.System));
}
