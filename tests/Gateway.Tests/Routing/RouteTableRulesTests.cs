using Platform.Contracts.Traffic;
using Platform.Gateway.Routing;

namespace Platform.Gateway.Tests.Routing;

public sealed class RouteTableRulesTests
{
    private static readonly RouteTable Good = new()
    {
        Application = "shop",
        Generation = 1,
        Revisions = [new RevisionRoute { Revision = "v1", Weight = 1, Replicas = [new ReplicaAddress { Id = "a", Address = new Uri("http://127.0.0.1:1") }] }],
    };

    [Fact]
    public void A_good_table_has_no_problems() => Assert.Empty(RouteTableRules.Problems(Good));

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var bad = Good with
        {
            Application = "",
            PathPrefix = "api",
            LoadBalancing = "random",
            HealthPath = "up",
            DrainTimeout = TimeSpan.FromSeconds(-1),
            Revisions =
            [
                Good.Revisions[0] with { Weight = -1 },
                Good.Revisions[0] with { Replicas = [new ReplicaAddress { Id = "a", Address = new Uri("/x", UriKind.Relative) }] },
            ],
        };

        var problems = RouteTableRules.Problems(bad).ToList();

        foreach (var path in new[] { "application", "pathPrefix", "loadBalancing", "healthPath", "drainTimeout", "revisions/v1/weight", "'v1' is there twice", "'a' is there twice", "address" })
            Assert.Contains(problems, p => p.Contains(path, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_a_sticky_revision_and_mirrors_are_looked_at_too()
    {
        var bad = Good with
        {
            Sticky = "v;2",
            Rules =
            [
                new RouteRule { Header = "X-A", Cookie = "a", Value = "1", Revision = "v1" },
                new RouteRule { Value = "1", Revision = "v1" },
                new RouteRule { Header = "X A", Value = "", Revision = " " },
                new RouteRule { Cookie = "a", Value = "1", Revision = "not-in-the-table" },
            ],
            Revisions = [Good.Revisions[0] with { Mirror = 101 }, new RevisionRoute { Revision = "v2", Weight = 0, Mirror = -1, Replicas = [] }, new RevisionRoute { Revision = "v3", Weight = 0, Mirror = 1, Replicas = [] }],
        };

        var problems = RouteTableRules.Problems(bad).ToList();

        foreach (var at in new[] { "sticky:", "rules/0:", "rules/1:", "rules/2:", "rules/2/value", "rules/2/revision", "revisions/v1/mirror", "revisions/v2/mirror", "together" })
            Assert.Contains(problems, p => p.Contains(at, StringComparison.Ordinal));
        Assert.Equal(9, problems.Count);
    }
}
