using Platform.Deployment.Environments;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Environments;

public sealed class PlacementTests
{
    private static readonly Manifest Shop = new() { Name = "shop", Revision = "v1" };

    [Theory]
    [InlineData("production", "shop", "")]
    [InlineData("staging", "shop-staging", "shop.staging.localhost")]
    [InlineData("development", "shop-development", "shop.development.localhost")]
    public void Place_WithoutHosts_HasANameAndAHostOfItsOwn_ButInProduction(string environment, string name, string host)
    {
        var placed = Placement.Place(Shop, environment);

        Assert.Equal((name, environment, host), (placed.Name, placed.Environment, string.Join(',', placed.Traffic.Hosts)));
        Assert.Equal(name, Placement.NameOf("shop", environment));
    }

    [Fact]
    public void Place_WithHosts_PrefixesThem()
    {
        var placed = Placement.Place(Shop with { Traffic = new TrafficSpec { Hosts = ["shop.example.org", "*.example.org"], PathPrefix = "/a" } }, "staging");

        Assert.Equal(["staging.shop.example.org", "*.staging.example.org"], placed.Traffic.Hosts);
        Assert.Equal("/a", placed.Traffic.PathPrefix);
    }

    [Fact]
    public void Place_WithoutAnEnvironment_ChangesNothing() => Assert.Same(Shop, Placement.Place(Shop, null));

    [Fact]
    public void Problem_UnknownEnvironment_OrANameThatGetsTooLong()
    {
        Assert.Null(Placement.Problem(Shop, "staging"));
        Assert.Contains("moon", Placement.Problem(Shop, "moon"));
        Assert.Contains("63", Placement.Problem(Shop with { Name = new string('a', 60) }, "staging"));
        Assert.Null(Placement.Problem(Shop with { Name = new string('a', 63) }, "production"));
    }

    [Fact]
    public void Before_FollowsTheOrderOfPromotion()
    {
        Assert.Equal([null, "development", "staging", null], new[] { "development", "staging", "production", "moon" }.Select(Placement.Before));
    }
}
