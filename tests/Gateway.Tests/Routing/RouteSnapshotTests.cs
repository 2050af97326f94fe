using Platform.Contracts.Traffic;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;

namespace Platform.Gateway.Tests.Routing;

public sealed class RouteSnapshotTests
{
    private readonly RouteSnapshot _snapshot = new(
    [
        Route("any", [], "/"),
        Route("api", [], "/api"),
        Route("api-v2", [], "/api/v2/"),
        Route("shop", ["shop.example", "www.shop.example"], "/"),
        Route("shop-admin", ["shop.example"], "/admin"),
        Route("only", ["only.example"], "/only"),
        Route("six", ["[::1]"], "/"),
    ]);

    [Theory]
    [InlineData("h", "/", "any")]
    [InlineData("h", "/api", "api")]
    [InlineData("h", "/api/", "api")]
    [InlineData("h", "/api/x", "api")]
    [InlineData("h", "/apis", "any")]
    [InlineData("h", "/API", "any")]
    [InlineData("h", "/api/v2", "api-v2")]
    [InlineData("h", "/api/v2/x", "api-v2")]
    [InlineData("h", "/api/v20", "api")]
    [InlineData("shop.example", "/api", "shop")]
    [InlineData("SHOP.example:8080", "/admin/x", "shop-admin")]
    [InlineData("www.shop.example.", "/admin", "shop")]
    [InlineData("only.example", "/other", "any")]
    [InlineData("[::1]:8080", "/x", "six")]
    [InlineData("[::1]", "/x", "six")]
    [InlineData(null, "/x", "any")]
    [InlineData("evilshop.example", "/", "any")]
    public void The_host_decides_before_the_longest_prefix(string? host, string path, string application) =>
        Assert.Equal(application, _snapshot.Match(host, path)?.Application);

    [Fact]
    public void Nothing_matches_in_an_empty_snapshot() => Assert.Null(RouteSnapshot.Empty.Match("h", "/"));

    private static ApplicationRoute Route(string application, string[] hosts, string prefix) => new(
        new RouteTable { Application = application, Generation = 1, Hosts = hosts, PathPrefix = prefix, Revisions = [] },
        new ApplicationTraffic(application, new GatewayOptions()),
        (revision, address) => new Replica(application, revision, address, new GatewayOptions(), TimeProvider.System));
}
