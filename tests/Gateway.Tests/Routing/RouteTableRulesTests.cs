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
}
