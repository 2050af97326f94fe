using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Traffic;
using Platform.Gateway.Replicas;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Mirroring;

public sealed class MirrorTests
{
    [Fact]
    public async Task A_copy_is_like_the_request_marked_and_its_answer_is_thrown_away()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary", c =>
        {
            c.Response.Headers["X-Canary"] = "1";
            return c.Response.WriteAsync("canary");
        });
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));

        using var answer = await gateway.SendAsync(HttpMethod.Get, "/cart/a%20b;c?x=%2F&y", ("Authorization", "Bearer t"), ("X-Platform-Mirrored", "0"), ("Proxy-Authorization", "p"), ("X-Kept", "1"));

        Assert.Equal("stable", await answer.Content.ReadAsStringAsync());
        Assert.False(answer.Headers.Contains("X-Canary"));
        await Eventually.TrueAsync(() => Replica(gateway, "canary").Mirrored.Requests == 1, "the copy has ended");
        var (original, copy) = (stable.Seen.Single(), canary.Seen.Single());
        Assert.Equal(("GET", "/cart/a%20b;c?x=%2F&y"), (copy.Method, copy.Target));
        Assert.Equal("1", copy.Headers["X-Platform-Mirrored"]);
        Assert.Equal(original.Headers.OrderBy(h => h.Key), copy.Headers.Where(h => h.Key != "X-Platform-Mirrored").OrderBy(h => h.Key));
        Assert.Equal("Bearer t", copy.Headers["Authorization"]);
        Assert.DoesNotContain("Proxy-Authorization", copy.Headers.Keys);
    }

    [Fact]
    public async Task Copies_are_no_requests_of_the_applications_and_none_under_way()
    {
        var goOn = new TaskCompletionSource();
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary", async c =>
        {
            await goOn.Task;
            c.Response.StatusCode = c.Request.Path == "/bad" ? 500 : 200;
        });
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));
        foreach (var path in new[] { "/a", "/bad", "/c" }) (await gateway.SendAsync(HttpMethod.Get, path)).Dispose();
        var replica = Replica(gateway, "canary");
        await Eventually.TrueAsync(() => replica.InFlight == 3, "the copies are under way");
        Assert.Equal(0, replica.Serving);

        goOn.SetResult();

        await Eventually.TrueAsync(() => replica.Mirrored.Requests == 3, "the copies have ended");
        Assert.Equal((1, 0, 0), (replica.Mirrored.Errors, replica.Counters.Requests, replica.Counters.Errors));
        Assert.Equal(3, replica.Mirrored.Take().Latency.Count);
        await Eventually.TrueAsync(() => replica.InFlight == 0, "nothing is under way");
    }

    [Fact]
    public async Task The_mirrored_revisions_own_requests_are_not_copied()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 50, stable), Mirrored(canary, 40, weight: 50));

        for (var i = 0; i < 200; i++) await gateway.AskAsync();

        var replica = Replica(gateway, "canary");
        var expected = (int)Math.Round(stable.Seen.Count * 0.4);
        await Eventually.TrueAsync(() => replica.Mirrored.Requests >= expected - 3, "the copies have ended");
        await Eventually.TrueAsync(() => replica.InFlight == 0, "nothing is under way");
        Assert.InRange(canary.Seen.Count(s => s.Headers.ContainsKey("X-Platform-Mirrored")), expected - 3, expected + 3);
        Assert.Equal(200, stable.Seen.Count + canary.Seen.Count(s => !s.Headers.ContainsKey("X-Platform-Mirrored")));
    }

    [Fact]
    public async Task A_write_is_copied_only_if_asked_for_with_its_whole_body()
    {
        var bodies = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var stable = await Upstream.StartAsync("stable", async c => await c.Response.WriteAsync(await ReadAsync(c)));
        await using var canary = await Upstream.StartAsync("canary", async c => bodies.Enqueue($"{c.Request.Method} {c.Request.ContentType} {await ReadAsync(c)}"));
        await using var gateway = await GatewayUnderTest.StartAsync();
        var text = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{i},"));
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete }) Assert.Equal("x", await WriteAsync(method, new StringContent("x")));
        await gateway.AskAsync();
        await Eventually.TrueAsync(() => bodies.Count == 1, "the GET was copied");
        Assert.StartsWith("GET", bodies.Single());
        bodies.Clear();

        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100, writes: true));
        Assert.Equal(text, await WriteAsync(HttpMethod.Post, new StringContent(text)));
        Assert.Equal(text, await WriteAsync(HttpMethod.Put, new Chunked(text)));
        Assert.Equal("", await WriteAsync(HttpMethod.Delete, null));

        await Eventually.TrueAsync(() => bodies.Count == 3, "the writes were copied");
        Assert.Equal(["DELETE  ", $"POST text/plain; charset=utf-8 {text}", $"PUT  {text}"], bodies.Order(StringComparer.Ordinal));
        var copies = canary.Seen.Where(s => s.Headers.ContainsKey("X-Platform-Mirrored") && s.Method != "GET").ToList();
        Assert.All(copies, c => Assert.DoesNotContain("Transfer-Encoding", c.Headers.Keys));

        async Task<string> WriteAsync(HttpMethod method, HttpContent? content)
        {
            using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(method, "/") { Content = content });
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task A_body_that_is_too_long_to_keep_reaches_its_replica_and_is_not_copied()
    {
        await using var stable = await Upstream.StartAsync("stable", async c => await c.Response.WriteAsync((await ReadAsync(c)).Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await using var canary = await Upstream.StartAsync("canary");
        await using var gateway = await GatewayUnderTest.StartAsync(o => (o.MirrorBodyLimit, o.MirrorLimit) = (1_000, 1));
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100, writes: true));
        using var dropped = new Dropped();
        var text = new string('x', 1_001);

        foreach (var content in new HttpContent[] { new StringContent(text), new Chunked(text), new StringContent(text), new Chunked(text) })
        {
            using var answer = await gateway.Client.PostAsync("/", content);
            Assert.Equal("1001", await answer.Content.ReadAsStringAsync());
        }

        using var fits = await gateway.Client.PostAsync("/", new StringContent(text[1..]));
        await Eventually.TrueAsync(() => canary.Seen.Count == 1, "what fits is copied: no place is lost");
        Assert.Equal(4, dropped["bodyTooLong"]);
    }

    [Fact]
    public async Task A_mirrored_revision_that_hangs_slows_no_client_and_takes_no_more_than_its_places()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary", c => Task.Delay(Timeout.Infinite, c.RequestAborted));
        await using var gateway = await GatewayUnderTest.StartAsync(o => (o.MirrorLimit, o.MirrorTimeout) = (8, TimeSpan.FromSeconds(2)));
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100, writes: true));
        using var dropped = new Dropped();
        var replica = Replica(gateway, "canary");
        var started = TimeProvider.System.GetTimestamp();

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("stable", await gateway.AskAsync());
            using var answer = await gateway.Client.PostAsync("/", new StringContent("x"));
            Assert.InRange(replica.InFlight, 0, 8);
        }

        // 200 answers, one after the other: had a single one waited for a copy, it would be two seconds.
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2), "a client waited for a copy");
        Assert.InRange(dropped["tooMany"], 150, 192);
        await Eventually.TrueAsync(() => replica.Mirrored.Errors >= 8 && replica.InFlight == 0, "the copies have timed out");
        Assert.Equal(replica.Mirrored.Requests, replica.Mirrored.Errors);
        Assert.True(replica.Health.IsReady(TimeProvider.System.GetTimestamp()));
    }

    [Fact]
    public async Task A_stream_that_is_answered_well_is_no_error_however_long_it_goes_on()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary", async c =>
        {
            await c.Response.WriteAsync("begin");
            await c.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        });
        await using var gateway = await GatewayUnderTest.StartAsync(o => o.MirrorTimeout = TimeSpan.FromMilliseconds(300));
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));

        await gateway.AskAsync();

        var replica = Replica(gateway, "canary");
        await Eventually.TrueAsync(() => replica.Mirrored.Requests == 1, "the copy has ended");
        Assert.Equal(0, replica.Mirrored.Errors);
        Assert.Equal(0, replica.Mirrored.Take().Latency.Count);
    }

    [Fact]
    public async Task A_mirrored_revision_that_gives_no_answers_is_judged_by_them()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, stable), Mirrored(Upstream.Dead("canary"), 100));

        for (var i = 0; i < 10; i++) Assert.Equal("stable", await gateway.AskAsync());

        var replica = Replica(gateway, "canary");
        await Eventually.TrueAsync(() => replica.Mirrored is { Requests: 10, Errors: 10 }, "every copy failed");
    }

    [Fact]
    public async Task A_replica_that_leaves_waits_for_no_copy_and_can_come_back()
    {
        var hangs = true;
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary", c => Volatile.Read(ref hangs) ? Task.Delay(Timeout.Infinite, c.RequestAborted) : Task.CompletedTask);
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));
        for (var i = 0; i < 5; i++) await gateway.AskAsync();
        var replica = Replica(gateway, "canary");
        await Eventually.TrueAsync(() => canary.Seen.Count == 5, "the copies are under way");

        gateway.Route(Revision("v1", 100, stable));

        await Eventually.TrueAsync(() => gateway.Events.Drained.Count == 1, "the canary is drained", TimeSpan.FromSeconds(5));
        Assert.Equal(("canary", 0), (gateway.Events.Drained.Single().Replica, gateway.Events.Drained.Single().Cut));
        Assert.Equal(0, replica.Mirrored.Requests);

        Volatile.Write(ref hangs, false);
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));
        await gateway.AskAsync();
        await Eventually.TrueAsync(() => Replica(gateway, "canary").Mirrored is { Requests: 1, Errors: 0 }, "it gets copies again");
    }

    [Fact]
    public async Task A_replica_that_returns_while_it_drains_gets_copies_again()
    {
        var goOn = new TaskCompletionSource();
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary", c => c.Request.Path == "/slow" ? goOn.Task : Task.CompletedTask);
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));
        var slow = gateway.SendAsync(HttpMethod.Get, "/slow", ("X-Platform-Revision", "v2"));
        var replica = Replica(gateway, "canary");
        await Eventually.TrueAsync(() => replica.Serving == 1, "the slow request is under way");
        gateway.Route(Revision("v1", 100, stable));

        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));
        await gateway.AskAsync();

        await Eventually.TrueAsync(() => replica.Mirrored is { Requests: 1, Errors: 0 }, "it gets copies again");
        goOn.SetResult();
        (await slow).Dispose();
    }

    [Fact]
    public async Task What_becomes_a_tunnel_is_not_copied()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, stable), Mirrored(canary, 100));

        await gateway.AskAsync(("Connection", "Upgrade"), ("Upgrade", "websocket"));
        (await gateway.SendAsync(HttpMethod.Get, "/last")).Dispose();

        await Eventually.TrueAsync(() => !canary.Seen.IsEmpty, "the plain request is copied");
        Assert.Equal("/last", canary.Seen.Single().Target);
    }

    private static RevisionRoute Mirrored(Upstream replica, int mirror, bool writes = false, int weight = 0) =>
        Revision("v2", weight, replica) with { Mirror = mirror, MirrorWrites = writes };

    private static Replica Replica(GatewayUnderTest gateway, string id) => gateway.Tables.Replicas.Single(r => r.Id == id);

    private static Task<string> ReadAsync(HttpContext context) => new StreamReader(context.Request.Body).ReadToEndAsync();

    /// <summary>A body of unknown length.</summary>
    private sealed class Chunked(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>What the gateway counts as not copied, by reason.</summary>
    private sealed class Dropped : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _counts = new();

        public Dropped()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "platform.gateway.mirror_dropped") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _counts.AddOrUpdate((string)tags.ToArray().Single(t => t.Key == "reason").Value!, value, (_, sum) => sum + value));
            _listener.Start();
        }

        public long this[string reason] => _counts.GetValueOrDefault(reason);

        public void Dispose() => _listener.Dispose();
    }
}
