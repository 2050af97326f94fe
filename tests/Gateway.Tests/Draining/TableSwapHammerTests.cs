using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Platform.Gateway.Tests.Forwarding;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Draining;

[Collection(nameof(Alone))]
public sealed class TableSwapHammerTests
{
    /// <summary>
    /// As Deployment does it: a new replica, the table, ReplicaDrained, and at once the old replica is stopped with whatever it has under way.
    /// </summary>
    [Fact]
    public async Task Many_switches_under_load_fail_cut_and_double_nothing()
    {
        const int Switches = 40;
        var handled = new ConcurrentDictionary<string, int>();
        async Task Handle(HttpContext context, string name)
        {
            handled.AddOrUpdate(context.Request.Headers["X-Id"].ToString(), 1, (_, n) => n + 1);
            if (context.Request.Path == "/stream")
            {
                for (var i = 0; i < 10; i++)
                {
                    await context.Response.WriteAsync(name);
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(15);
                }
            }
            else await context.Response.WriteAsync(name);
        }

        await using var gateway = await GatewayUnderTest.StartAsync();
        var current = await Upstream.StartAsync("r00", c => Handle(c, "r00"));
        gateway.Route(Revision("v0", 1, current));
        using var over = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var sent = 0;
        var workers = Enumerable.Range(0, 12).Select(async worker =>
        {
            using var fresh = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = gateway.Address };
            var client = worker % 3 == 0 ? fresh : gateway.Client;
            while (!over.IsCancellationRequested)
            {
                var stream = worker % 4 == 1;
                using var request = new HttpRequestMessage(worker % 2 == 0 ? HttpMethod.Post : HttpMethod.Get, stream ? "/stream" : "/");
                if (request.Method == HttpMethod.Post) request.Content = new StringContent("x");
                var id = Guid.NewGuid().ToString();
                request.Headers.Add("X-Id", id);
                try
                {
                    using var response = await client.SendAsync(request);
                    var body = await response.Content.ReadAsStringAsync();
                    if (!response.IsSuccessStatusCode || body.Length != (stream ? 30 : 3)) failures.Enqueue($"{(int)response.StatusCode} {body}");
                    if (handled[id] != 1) failures.Enqueue($"handled {handled[id]} times");
                    Interlocked.Increment(ref sent);
                }
                catch (HttpRequestException exception)
                {
                    failures.Enqueue(exception.ToString());
                }
            }
        }).ToList();

        for (var i = 1; i <= Switches; i++)
        {
            var name = $"r{i:00}";
            var next = await Upstream.StartAsync(name, c => Handle(c, name));
            gateway.Route(Revision($"v{i}", 1, next));
            var old = current;
            await Eventually.TrueAsync(() => gateway.Events.Drained.Any(d => d.Replica == old.Id), $"{old.Id} is drained");
            await old.StopAsync();
            current = next;
        }

        await over.CancelAsync();
        await Task.WhenAll(workers);
        Assert.Empty(failures);
        Assert.True(sent > 500, $"only {sent} requests");
        Assert.All(gateway.Events.Drained, d => Assert.Equal(0, d.Cut));
        Assert.Equal(Switches, gateway.Events.Drained.Count);
        await current.DisposeAsync();
    }

    [Fact]
    public async Task A_replica_killed_without_warning_costs_no_idempotent_request()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var a = await Upstream.StartAsync("aaa");
        var b = await Upstream.StartAsync("bbb");
        gateway.Route(Revision("v1", 1, a, b));
        using var over = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var workers = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!over.IsCancellationRequested)
            {
                using var response = await gateway.Client.GetAsync("/");
                if (!response.IsSuccessStatusCode) failures.Enqueue(await response.Content.ReadAsStringAsync());
            }
        }).ToList();

        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(50);
            var port = b.Address.Port;
            await b.StopAsync();
            await Task.Delay(50);
            await b.ListenAsync(port);
        }

        await over.CancelAsync();
        await Task.WhenAll(workers);
        Assert.Empty(failures);
        await a.DisposeAsync();
        await b.DisposeAsync();
    }
}
