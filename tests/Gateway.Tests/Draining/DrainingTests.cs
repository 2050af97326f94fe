using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Traffic;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Draining;

public sealed class DrainingTests
{
    [Fact]
    public async Task A_replica_that_left_is_drained_when_its_last_request_has_ended_and_not_before()
    {
        var goOn = new TaskCompletionSource();
        await using var old = await Upstream.StartAsync("old", async c =>
        {
            await c.Response.WriteAsync("begin ");
            await goOn.Task;
            await c.Response.WriteAsync("end");
        });
        await using var next = await Upstream.StartAsync("next");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, old));
        using var streaming = await gateway.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        gateway.Route(Revision("v2", 100, next));

        for (var i = 0; i < 20; i++) Assert.Equal("next", await gateway.Client.GetStringAsync("/"));
        Assert.Empty(gateway.Events.Drained);
        goOn.SetResult();
        Assert.Equal("begin end", await streaming.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(() => gateway.Events.Drained.Count == 1, "old is drained");
        var drained = gateway.Events.Drained.Single();
        Assert.Equal(("shop", "old", 0, 2L), (drained.Application, drained.Replica, drained.Cut, drained.Generation));
    }

    [Fact]
    public async Task What_outlives_the_grace_period_is_cut_and_counted()
    {
        await using var old = await Upstream.StartAsync("old", async c =>
        {
            if (c.WebSockets.IsWebSocketRequest)
            {
                using var socket = await c.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[100];
                while (!c.RequestAborted.IsCancellationRequested)
                {
                    var received = await socket.ReceiveAsync(buffer, c.RequestAborted);
                    await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, true, c.RequestAborted);
                }
            }

            await c.Response.WriteAsync("begin ");
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        });
        await using var next = await Upstream.StartAsync("next");
        await using var gateway = await GatewayUnderTest.StartAsync();
        var grace = TimeSpan.FromSeconds(1);
        gateway.Route(new RouteTable { Application = "shop", Generation = 0, DrainTimeout = grace, Revisions = [Revision("v1", 1, old)] });
        using var webSocket = new ClientWebSocket();
        await webSocket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Address.Port}/"), CancellationToken.None);
        Assert.Equal("hello", await EchoAsync(webSocket, "hello"));
        using var streaming = await gateway.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        gateway.Route(new RouteTable { Application = "shop", Generation = 0, DrainTimeout = grace, Revisions = [Revision("v2", 1, next)] });

        Assert.Equal("still here", await EchoAsync(webSocket, "still here"));
        await Eventually.TrueAsync(() => gateway.Events.Drained.Count == 1, "old is drained");
        Assert.Equal(2, gateway.Events.Drained.Single().Cut);
        await Assert.ThrowsAnyAsync<Exception>(() => streaming.Content.ReadAsStringAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => EchoAsync(webSocket, "gone"));
    }

    [Fact]
    public async Task A_replica_that_returns_while_it_drains_goes_on_and_is_not_announced()
    {
        var goOn = new TaskCompletionSource();
        await using var a = await Upstream.StartAsync("a", async c =>
        {
            if (c.Request.Path == "/slow") await goOn.Task;
            await c.Response.WriteAsync("a");
        });
        await using var b = await Upstream.StartAsync("b");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 1, a));
        var slow = gateway.Client.GetStringAsync("/slow");
        await Eventually.TrueAsync(() => gateway.Tables.Replicas.Single().InFlight == 1, "the slow request is under way");

        gateway.Route(Revision("v1", 1, b));
        gateway.Route(Revision("v1", 1, a));
        goOn.SetResult();

        Assert.Equal("a", await slow);
        Assert.Equal("a", await gateway.Client.GetStringAsync("/"));
        await Eventually.TrueAsync(() => gateway.Events.Drained.Count == 1, "b is drained");
        Assert.Equal("b", gateway.Events.Drained.Single().Replica);
    }

    [Fact]
    public async Task A_failed_announcement_is_repeated_until_it_succeeds()
    {
        await using var a = await Upstream.StartAsync("a");
        await using var b = await Upstream.StartAsync("b");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Events.Fails = true;
        gateway.Route(Revision("v1", 1, a));
        gateway.Route(Revision("v1", 1, b));
        await Eventually.TrueAsync(() => gateway.Events.Refused >= 2, "the announcement is refused and tried again");
        Assert.Empty(gateway.Events.Drained);

        gateway.Events.Fails = false;

        await Eventually.TrueAsync(() => gateway.Events.Drained.Count == 1, "a is announced");
    }

    [Fact]
    public async Task A_restarted_gateway_announces_what_drained_when_it_died()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-").FullName;
        await using var a = await Upstream.StartAsync("a");
        await using var b = await Upstream.StartAsync("b");
        await using (var first = await GatewayUnderTest.StartAsync(folder: folder))
        {
            first.Events.Fails = true;
            first.Route(Revision("v1", 1, a));
            first.Route(Revision("v1", 1, b));
        }

        await using (var second = await GatewayUnderTest.StartAsync(folder: folder))
        {
            Assert.Equal("b", await second.Client.GetStringAsync("/"));
            await Eventually.TrueAsync(() => second.Events.Drained.Count == 1, "a is announced");
            Assert.Equal("a", second.Events.Drained.Single().Replica);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, patience.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, patience.Token);
        return received.MessageType == WebSocketMessageType.Close ? throw new WebSocketException("closed") : Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
