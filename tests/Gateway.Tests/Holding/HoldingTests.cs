using System.Net;
using Platform.Contracts.Traffic;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Holding;

public sealed class HoldingTests
{
    [Fact]
    public async Task Requests_wait_for_the_first_replica_and_then_all_succeed()
    {
        await using var replica = await Upstream.StartAsync("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100));

        var waiting = Enumerable.Range(0, 50).Select(_ => gateway.Client.GetStringAsync("/")).ToList();
        await Eventually.TrueAsync(() => gateway.HoldRoom.Held == 50, "50 requests are held");
        gateway.Route(Revision("v1", 100, replica));

        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal("a", answer));
        Assert.Equal(0, gateway.HoldRoom.Held);
        Assert.Equal(0, gateway.Tables.Traffic.Single().Held);
    }

    [Fact]
    public async Task A_request_that_every_replica_refuses_waits_until_one_listens_again()
    {
        var crashed = Upstream.Dead("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, crashed));

        var waiting = gateway.Client.PostAsync("/", new StringContent("once"));
        await Eventually.TrueAsync(() => gateway.HoldRoom.Held == 1, "the request is held");
        await using var restarted = await Upstream.StartAsync("a", port: crashed.Address.Port);
        using var response = await waiting;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(restarted.Seen);
    }

    [Fact]
    public async Task Beyond_the_number_503_with_Retry_After()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(o => (o.HoldLimit, o.HoldTimeout) = (2, TimeSpan.FromSeconds(20)));
        gateway.Route(Revision("v1", 100));
        using var end = new CancellationTokenSource();
        var held = Enumerable.Range(0, 2).Select(_ => gateway.Client.GetAsync("/", end.Token)).ToList();
        await Eventually.TrueAsync(() => gateway.HoldRoom.Held == 2, "two requests are held");

        using var third = await gateway.Client.GetAsync("/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.NotNull(third.Headers.RetryAfter);
        Assert.Equal("application/problem+json", third.Content.Headers.ContentType!.MediaType);
        await end.CancelAsync();
        foreach (var request in held) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Eventually.TrueAsync(() => gateway.HoldRoom.Held == 0, "the clients that left give their places back");
    }

    [Fact]
    public async Task Beyond_the_time_503_counted_as_an_error_of_the_application()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(o => o.HoldTimeout = TimeSpan.FromMilliseconds(200));
        gateway.Route(Revision("v1", 100));

        using var response = await gateway.Client.GetAsync("/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        await Eventually.TrueAsync(() => gateway.Tables.Traffic.Single().Unrouted is { Requests: 1, Errors: 1 }, "the request is counted");
    }

    [Fact]
    public async Task A_held_request_of_an_application_that_is_removed_is_404()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100));
        var waiting = gateway.Client.GetAsync("/");
        await Eventually.TrueAsync(() => gateway.HoldRoom.Held == 1, "the request is held");

        gateway.Route(new RouteTable { Application = "shop", Generation = 0, Removed = true, Revisions = [] });

        using var response = await waiting;
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
