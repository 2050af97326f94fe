using Microsoft.AspNetCore.Http;
using Platform.Gateway.Tests.Forwarding;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Mirroring;

[Collection(nameof(Alone))]
public sealed class MirrorHammerTests
{
    [Fact]
    public async Task Mirrors_that_come_and_go_under_load_fail_no_request_and_lose_no_place()
    {
        const int Places = 6;
        var hangs = new TaskCompletionSource();
        var holds = false;
        await using var stable = await Upstream.StartAsync("stable", async c =>
        {
            await c.Request.Body.CopyToAsync(Stream.Null);
            await c.Response.WriteAsync("stable");
        });
        await using var canary = await Upstream.StartAsync("canary", c => Volatile.Read(ref holds) ? hangs.Task : Task.Delay(10, c.RequestAborted));
        await using var gateway = await GatewayUnderTest.StartAsync(o => o.MirrorLimit = Places);
        var mirrored = Revision("v2", 0, canary) with { Mirror = 70, MirrorWrites = true };
        gateway.Route(Revision("v1", 100, stable));
        using var over = new CancellationTokenSource();
        async Task LoadAsync(bool writes)
        {
            while (!over.IsCancellationRequested)
            {
                using var request = new HttpRequestMessage(writes ? HttpMethod.Post : HttpMethod.Get, "/") { Content = writes ? new StringContent("body") : null };
                using var answer = await gateway.Client.SendAsync(request, CancellationToken.None);
                Assert.Equal("stable", await answer.Content.ReadAsStringAsync(CancellationToken.None));
            }
        }

        var load = Enumerable.Range(0, 6).Select(i => LoadAsync(i % 2 == 0)).ToList();
        for (var i = 0; i < 60; i++)
        {
            await Task.Delay(20);
            if (i % 2 == 0) gateway.Route(Revision("v1", 100, stable), mirrored);
            else gateway.Route(Revision("v1", 100, stable));
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        Assert.Contains(canary.Seen, s => s.Method == "POST");
        Assert.Contains(canary.Seen, s => s.Method == "GET");
        await Eventually.TrueAsync(() => gateway.Tables.Replicas.All(r => r.InFlight == 0), "nothing is under way");

        // Every place is free again: as many copies as there are can hang at once.
        Volatile.Write(ref holds, true);
        gateway.Route(Revision("v1", 100, stable), mirrored with { Mirror = 100 });
        for (var i = 0; i < 3 * Places; i++) await gateway.AskAsync();
        var replica = gateway.Tables.Replicas.Single(r => r.Id == "canary");
        await Eventually.TrueAsync(() => replica.InFlight == Places, "all places are taken");
        hangs.SetResult();
    }
}
