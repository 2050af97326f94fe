using Microsoft.AspNetCore.Http;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Tests.Support;
using Platform.Testing;
using static Platform.Integration.Tests.Traffic.NginxUnderTest;

namespace Platform.Integration.Tests.Traffic;

/// <summary>The router against the distribution's nginx.</summary>
public sealed class NginxRouterTests
{
    [Fact]
    public async Task A_table_is_served_when_the_router_says_so_and_by_every_worker()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var two = await Upstream.StartAsync("two");
        await using var nginx = await NginxUnderTest.StartAsync();

        await nginx.RouteAsync(nginx.Table(Revision("v1", 100, one)));
        Assert.Equal(40, (await nginx.CountAsync(40, ("Connection", "close")))["one"]);
        await nginx.RouteAsync(nginx.Table(Revision("v1", 0, one), Revision("v2", 100, two)));

        Assert.Equal(40, (await nginx.CountAsync(40, ("Connection", "close")))["two"]);
    }

    [Fact]
    public async Task Weights_rules_and_the_clients_own_choice_decide_in_this_order()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var two = await Upstream.StartAsync("two");
        await using var nginx = await NginxUnderTest.StartAsync();
        var table = nginx.Table(Revision("v1", 3, one), Revision("V2.x-1", 1, two)) with
        {
            Rules =
            [
                new RouteRule { Header = "X-Group", Value = "be\"ta; }", Revision = "V2.x-1" },
                new RouteRule { Cookie = "gr.oup", Value = "a$b", Revision = "V2.x-1" },
                new RouteRule { Header = "X-Group", Value = "nobody", Revision = "v9" },
            ],
        };
        await nginx.RouteAsync(table);

        var counts = await nginx.CountAsync(1000);
        Assert.InRange(counts["two"], 190, 310);
        Assert.Equal(20, (await nginx.CountAsync(20, ("X-Group", "be\"ta; }")))["two"]);
        Assert.Equal(20, (await nginx.CountAsync(20, ("Cookie", "x=y; gr.oup=a$b; z=1")))["two"]);
        Assert.Equal(20, (await nginx.CountAsync(20, ("X-Group", "be\"ta; }"), ("X-Platform-Revision", "v1")))["one"]);
        Assert.Equal(20, (await nginx.CountAsync(20, ("Cookie", "platform-revision=V2.x-1")))["two"]);
        // Compared exactly, by the case too; and a name of no revision means nothing.
        Assert.True((await nginx.CountAsync(60, ("X-Group", "BE\"ta; }"))).ContainsKey("one"));
        Assert.True((await nginx.CountAsync(60, ("X-Platform-Revision", "v2.x-1"))).ContainsKey("one"));
        Assert.True((await nginx.CountAsync(60, ("Cookie", "group=a$b"))).ContainsKey("one"));
    }

    [Fact]
    public async Task A_sticky_revision_keeps_its_clients_as_its_share_grows()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var two = await Upstream.StartAsync("two");
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 90, one), Revision("v2", 10, two)) with { Sticky = "v2" });
        var clients = new List<(string Cookie, string Met)>();
        for (var i = 0; i < 300; i++)
        {
            var (_, body, answer) = await nginx.AskAsync();
            clients.Add((answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0], body));
        }

        foreach (var (cookie, met) in clients.Take(50)) Assert.Equal(3, (await nginx.CountAsync(3, ("Cookie", cookie)))[met]);
        Assert.InRange(clients.Count(c => c.Met == "two"), 10, 60);
        await nginx.RouteAsync(nginx.Table(Revision("v1", 60, one), Revision("v2", 40, two)) with { Sticky = "v2" });

        var moved = 0;
        foreach (var (cookie, met) in clients)
        {
            var now = (await nginx.CountAsync(1, ("Cookie", cookie))).Keys.Single();
            if (met == "two") Assert.Equal("two", now);
            else if (now == "two") moved++;
        }

        Assert.InRange(moved, 55, 135);
        var (_, _, known) = await nginx.AskAsync("/", ("Cookie", clients[0].Cookie));
        Assert.False(known.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Copies_go_to_the_mirrored_revision_reads_only_and_their_answers_to_nobody()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var two = await Upstream.StartAsync("two", c =>
        {
            c.Response.StatusCode = 500;
            return c.Response.WriteAsync("broken");
        });
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 100, one), Revision("v2", 0, two) with { Mirror = 50 }));

        Assert.Equal(200, (await nginx.CountAsync(200, ("X-Platform-Mirrored", "1"), ("X-Request-ID", "r7")))["one"]);
        using (var written = await nginx.Client.PostAsync("/orders", new StringContent("an order"))) Assert.Equal(200, (int)written.StatusCode);

        await Eventually.HoldsAsync(() => two.Seen.Count > 60, "about half are copied");
        Assert.InRange(two.Seen.Count, 60, 140);
        Assert.All(two.Seen, s => Assert.Equal(("GET", "/", "1", "r7"), (s.Method, s.Target, s.Headers["X-Platform-Mirrored"], s.Headers["X-Request-ID"])));
        Assert.All(one.Seen, s => Assert.False(s.Headers.ContainsKey("X-Platform-Mirrored")));

        await nginx.RouteAsync(nginx.Table(Revision("v1", 100, one), Revision("v2", 0, two) with { Mirror = 100, MirrorWrites = true }));
        using (var written = await nginx.Client.PostAsync("/orders?a=1", new StringContent("an order"))) Assert.Equal(200, (int)written.StatusCode);
        await Eventually.HoldsAsync(() => two.Seen.Any(s => s is { Method: "POST", Target: "/orders?a=1" }), "the write is copied");
    }

    [Fact]
    public async Task What_is_forwarded_is_what_came_with_the_clients_claims_about_itself_replaced()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 1, one)) with { PathPrefix = "/sh op{;}'\"".Replace(" ", "", StringComparison.Ordinal), Hosts = ["shop.example", "*.shop.example"] });

        var (status, _, _) = await nginx.AskAsync("/shop%7B;%7D'%22/a%20b//c?d=%2F", ("Host", "shop.example"), ("X-Forwarded-For", "9.9.9.9"), ("Forwarded", "for=9.9.9.9"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        Assert.Equal(200, status);
        var seen = Assert.Single(one.Seen);
        Assert.Equal("/shop%7B;%7D'%22/a%20b//c?d=%2F", seen.Target);
        Assert.Equal(("shop.example", "127.0.0.1", "http"), (seen.Headers["Host"], seen.Headers["X-Forwarded-For"], seen.Headers["X-Forwarded-Proto"]));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c", seen.Headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal(32, seen.Headers["X-Request-ID"].Length);
        Assert.False(seen.Headers.ContainsKey("Forwarded"));
        Assert.Equal(200, (await nginx.AskAsync("/shop%7B;%7D'%22", ("Host", "a.shop.example"))).Status);
        Assert.Equal(404, (await nginx.AskAsync("/shop%7B;%7D'%22per", ("Host", "shop.example"))).Status);
        Assert.Equal(404, (await nginx.AskAsync("/shop%7B;%7D'%22/", ("Host", "other.example"))).Status);
        Assert.Equal(404, (await nginx.AskAsync("/", ("Host", "shop.example"))).Status);
    }

    [Fact]
    public async Task Applications_share_a_host_by_their_prefixes()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var two = await Upstream.StartAsync("two");
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 1, one)) with { Hosts = ["shop.example"] });
        await nginx.RouteAsync(nginx.Table(Revision("v1", 1, two)) with { Application = "api", Hosts = ["shop.example"], PathPrefix = "/api" });

        Assert.Equal("one", (await nginx.AskAsync("/", ("Host", "shop.example"))).Body);
        Assert.Equal("two", (await nginx.AskAsync("/api/x", ("Host", "shop.example"))).Body);
        // Nobody else gets the prefix, and those who have theirs are not disturbed.
        var refusal = await nginx.Router.ApplyAsync(nginx.Table(Revision("v1", 1, two)) with { Application = "third", Hosts = ["shop.example"], PathPrefix = "/api" }, CancellationToken.None);
        Assert.Contains("duplicate location \"/api", refusal, StringComparison.Ordinal);
        Assert.Contains("[emerg]", refusal, StringComparison.Ordinal);
        Assert.Equal("two", (await nginx.AskAsync("/api/x", ("Host", "shop.example"))).Body);

        Assert.Null(await nginx.Router.RemoveAsync("shop", CancellationToken.None));
        Assert.Equal(404, (await nginx.AskAsync("/", ("Host", "shop.example"))).Status);
        Assert.Equal("two", (await nginx.AskAsync("/api/x", ("Host", "shop.example"))).Body);
        Assert.Null(await nginx.Router.RemoveAsync("api", CancellationToken.None));
        Assert.Equal(["_any.conf"], Directory.EnumerateFiles(Path.Combine(nginx.Server.Generated, "hosts")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_nginx_refuses_is_told_in_its_words_and_what_was_served_stays()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 1, one)));
        var before = File.ReadAllText(Path.Combine(nginx.Server.Generated, "applications/shop.conf"));

        var nowhere = new ReplicaAddress { Id = "n", Address = new Uri("http://no-such-host.invalid:80") };
        var refusal = await nginx.Router.ApplyAsync(nginx.Table(new RevisionRoute { Revision = "v2", Weight = 1, Replicas = [nowhere] }), CancellationToken.None);
        Assert.Contains("host not found in upstream \"no-such-host.invalid:80\"", refusal, StringComparison.Ordinal);
        Assert.Contains($"{nginx.Server.Generated}/applications/shop.conf", refusal, StringComparison.Ordinal);

        await nginx.Server.BreakAsync("no_such_directive on;");
        var broken = await nginx.Router.ApplyAsync(nginx.Table(Revision("v2", 1, one)), CancellationToken.None);
        Assert.Contains("unknown directive \"no_such_directive\"", broken, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(nginx.Server.Generated, "applications/shop.conf")));
        Assert.Equal("one", (await nginx.AskAsync()).Body);

        await nginx.Server.MendAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v2", 1, one)));
    }

    [Fact]
    public async Task A_replica_that_left_counts_as_drained_when_the_workers_that_knew_it_are_gone()
    {
        var goOn = new TaskCompletionSource();
        await using var old = await Upstream.StartAsync("old", async c =>
        {
            await c.Response.WriteAsync("begin ");
            await c.Response.Body.FlushAsync();
            await goOn.Task;
            await c.Response.WriteAsync("end");
        });
        await using var next = await Upstream.StartAsync("next");
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 1, old)));
        using var streaming = await nginx.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        var table = nginx.Table(Revision("v2", 1, next));
        await nginx.RouteAsync(table);

        Assert.False(await nginx.Router.HasDrainedAsync(table, CancellationToken.None));
        nginx.Restart(UnhinderedEffects.Instance);
        Assert.False(await nginx.Router.HasDrainedAsync(table, CancellationToken.None));
        goOn.SetResult();
        Assert.Equal("begin end", await streaming.Content.ReadAsStringAsync());
        await Eventually.HoldsAsync(async () => await nginx.Router.HasDrainedAsync(table, CancellationToken.None), "the old worker ends");
    }

    [Fact]
    public async Task A_replica_that_is_not_there_costs_no_request()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 1, one, Upstream.Dead("dead"))));

        Assert.Equal(100, (await nginx.CountAsync(100))["one"]);
        for (var i = 0; i < 20; i++)
        {
            using var order = await nginx.Client.PostAsync("/", new StringContent("an order"));
            Assert.Equal(200, (int)order.StatusCode);
        }
    }

    [Fact]
    public async Task An_nginx_that_is_away_is_told_and_served_by_when_it_is_back()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.Server.StopAsync();
        var table = nginx.Table(Revision("v1", 1, one));

        var away = await nginx.Router.ApplyAsync(table, CancellationToken.None);
        Assert.Contains(nginx.Server.PidFile, away, StringComparison.Ordinal);

        await nginx.Server.StartAsync();
        await nginx.RouteAsync(table);
        Assert.Equal("one", (await nginx.AskAsync()).Body);
    }

    [Fact]
    public async Task No_replica_is_a_503_that_says_so()
    {
        await using var nginx = await NginxUnderTest.StartAsync();
        await nginx.RouteAsync(nginx.Table(Revision("v1", 1)));

        var (status, body, answer) = await nginx.AskAsync();
        Assert.Equal((503, "application/problem+json"), (status, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
        Assert.Contains("no-ready-replica", body, StringComparison.Ordinal);
    }
}
