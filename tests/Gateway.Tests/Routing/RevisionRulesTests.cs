using Platform.Contracts.Traffic;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Routing;

public sealed class RevisionRulesTests
{
    private static readonly RouteRule Header = new() { Header = "X-Group", Value = "beta", Revision = "v2" };
    private static readonly RouteRule Cookie = new() { Cookie = "group", Value = "beta", Revision = "v2" };

    [Fact]
    public async Task A_header_or_a_cookie_of_a_rule_leads_to_its_revision_and_nothing_else_does()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var next = await Upstream.StartAsync("next");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Table([Header, Cookie], Revision("v1", 100, stable), Revision("v2", 0, next)));

        Assert.Equal("next", await gateway.AskAsync(("X-Group", "beta")));
        Assert.Equal("next", await gateway.AskAsync(("x-group", "beta")));
        Assert.Equal("next", await gateway.AskAsync(("Cookie", "a=b; group=beta")));
        Assert.Equal("stable", await gateway.AskAsync());
        Assert.Equal("stable", await gateway.AskAsync(("X-Group", "BETA")));
        Assert.Equal("stable", await gateway.AskAsync(("X-Group", "beta2")));
        Assert.Equal("stable", await gateway.AskAsync(("Cookie", "group=alpha; xgroup=beta")));
    }

    [Fact]
    public async Task The_clients_own_choice_holds_before_a_rule_and_the_first_rule_before_the_second()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var next = await Upstream.StartAsync("next");
        await using var other = await Upstream.StartAsync("other");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Table([Header, Cookie with { Revision = "v3" }], Revision("v1", 100, stable), Revision("v2", 0, next), Revision("v3", 0, other)));

        Assert.Equal("stable", await gateway.AskAsync(("X-Group", "beta"), ("X-Platform-Revision", "v1")));
        Assert.Equal("stable", await gateway.AskAsync(("X-Group", "beta"), ("Cookie", "platform-revision=v1")));
        Assert.Equal("next", await gateway.AskAsync(("X-Group", "beta"), ("Cookie", "group=beta")));
        Assert.Equal("other", await gateway.AskAsync(("Cookie", "group=beta")));
    }

    [Fact]
    public async Task A_rule_whose_revision_has_no_replica_does_not_hold()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Table([Header, Cookie with { Revision = "gone" }], Revision("v1", 100, stable), Revision("v2", 0)));

        Assert.Equal("stable", await gateway.AskAsync(("X-Group", "beta")));
        Assert.Equal("stable", await gateway.AskAsync(("Cookie", "group=beta")));
        Assert.Null(gateway.Tables.Snapshot.Routes.Single().Rules);
    }

    private static RouteTable Table(IReadOnlyList<RouteRule> rules, params RevisionRoute[] revisions) =>
        new() { Application = "shop", Generation = 0, Rules = rules, Revisions = revisions };
}
