using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Traffic;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Routing;

public sealed class StickyRevisionTests
{
    private const string Cookie = "platform-sticky=v2; Path=/; HttpOnly; SameSite=Lax";
    private const string Asked = "platform-asked=v2:500; Path=/; HttpOnly; SameSite=Lax";

    [Fact]
    public void As_the_weight_grows_nobody_goes_back_and_the_share_of_clients_is_the_weight()
    {
        var steps = Gen.Choose(1, 100).ListOf().Where(w => w.Count is > 0 and < 8).Select(w => w.Distinct().Order().ToList());
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.Zip(steps, Gen.Choose(0, int.MaxValue - 1)).ToArbitrary(), c =>
        {
            var (weights, seed) = c;
            var random = new Random(seed);
            var traffic = new ApplicationTraffic("shop", new GatewayOptions());
            var clients = Enumerable.Range(0, 1_000).Select(_ => new Client()).ToList();
            foreach (var weight in weights)
            {
                var route = Route(traffic, [("v0", (100 - weight) / 3), ("v1", 100 - weight - ((100 - weight) / 3)), ("v2", weight)]);
                var before = clients.ToDictionary(x => x, x => x.Met);
                // Everybody asks, some of them again and again.
                foreach (var client in clients.Concat(random.GetItems([.. clients], 2_000))) client.Ask(route);
                if (clients.Any(x => before[x] && !x.Met) || Math.Abs(clients.Count(x => x.Met) - (weight * 10)) > 20) return false;
            }

            return true;
        }));
    }

    [Fact]
    public void As_the_weight_falls_everybody_stays_where_they_are()
    {
        var traffic = new ApplicationTraffic("shop", new GatewayOptions());
        var clients = Enumerable.Range(0, 300).Select(_ => new Client()).ToList();
        foreach (var client in clients) client.Ask(Route(traffic, [("v1", 50), ("v2", 50)]));
        var before = clients.Select(c => c.Met).ToList();

        foreach (var client in clients) client.Ask(Route(traffic, [("v1", 90), ("v2", 10)]));

        Assert.Equal(before, clients.Select(c => c.Met));
    }

    [Fact]
    public async Task Browsers_move_over_one_by_one_and_never_back()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary");
        await using var gateway = await GatewayUnderTest.StartAsync();
        var browsers = Enumerable.Range(0, 40).Select(_ => new Browser(gateway)).ToList();
        var moved = new HashSet<Browser>();
        foreach (var (weight, most) in new[] { (5, 4), (25, 13), (50, 23), (100, 40) })
        {
            gateway.Route(Sticky("v2", Revision("v1", 100 - weight, stable), Revision("v2", weight, canary)));
            for (var round = 0; round < 5; round++)
            {
                foreach (var browser in browsers)
                {
                    var met = await browser.AskAsync() == "canary";
                    Assert.True(met || !moved.Contains(browser), $"at {weight}% one went back");
                    if (met) moved.Add(browser);
                }
            }

            Assert.InRange(moved.Count, most - 6, most);
        }

        Assert.Equal(browsers.Count, moved.Count);
    }

    [Fact]
    public async Task The_cookie_is_set_once_on_an_answer_of_the_canary_beside_the_applications_own()
    {
        await using var canary = await Upstream.StartAsync("canary", c =>
        {
            c.Response.Headers.SetCookie = "session=1";
            return c.Response.WriteAsync("canary");
        });
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Sticky("v2", Revision("v2", 100, canary)));

        Assert.Equal(["session=1", Cookie], await CookiesAsync());
        Assert.Equal(["session=1"], await CookiesAsync(("Cookie", "x=y; platform-sticky=v2")));
        Assert.Equal(["session=1"], await CookiesAsync(("X-Platform-Revision", "v2")));
        Assert.Equal(["session=1", Cookie], await CookiesAsync(("Cookie", "platform-sticky=v1")));

        gateway.Route(Sticky("v2", Revision("v2", 100, canary)) with { PathPrefix = "/shop/" });
        Assert.Equal(["session=1", Cookie.Replace("Path=/;", "Path=/shop;")], await CookiesAsync());

        gateway.Route(Sticky(null, Revision("v2", 100, canary)));
        Assert.Equal(["session=1"], await CookiesAsync());

        async Task<IEnumerable<string>> CookiesAsync(params (string Name, string Value)[] headers)
        {
            using var answer = await gateway.SendAsync(HttpMethod.Get, "/shop/x", headers);
            return answer.Headers.GetValues("Set-Cookie");
        }
    }

    [Theory]
    [InlineData("platform-sticky=v2", "canary", false)]
    [InlineData("platform-sticky=v1; platform-sticky=v2", "canary", false)]
    [InlineData("platform-asked=v2:500; platform-sticky=v2", "canary", false)]
    [InlineData("platform-asked=v2:500", "stable", false)]
    [InlineData("platform-asked=v2:600", "stable", false)]
    [InlineData("platform-asked=v2:499", null, true)] // asked once more
    [InlineData("platform-asked=v1:500", null, true)]
    [InlineData("platform-asked=v2:10001", null, true)]
    [InlineData("platform-asked=v2:-1", null, true)]
    [InlineData("platform-asked=v2:", null, true)]
    [InlineData("platform-sticky=v1", null, true)]
    [InlineData("platform-sticky=v20", null, true)]
    [InlineData("", null, true)]
    public async Task Cookies_say_where_a_client_is_kept_and_those_that_say_nothing_are_replaced(string cookies, string? revision, bool told)
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Sticky("v2", Revision("v1", 95, stable), Revision("v2", 5, canary)));

        for (var i = 0; i < 10; i++)
        {
            using var answer = await gateway.SendAsync(HttpMethod.Get, "/", ("Cookie", cookies));
            var met = await answer.Content.ReadAsStringAsync();
            if (revision is not null) Assert.Equal(revision, met);
            Assert.Equal(told ? [met == "canary" ? Cookie : Asked] : [], answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : []);
        }
    }

    [Fact]
    public async Task After_a_rollback_the_cookie_leads_nowhere()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary");
        await using var gateway = await GatewayUnderTest.StartAsync();
        foreach (var revisions in new RevisionRoute[][]
        {
            [Revision("v1", 100, stable), Revision("v2", 0, canary)], // no weight any more
            [Revision("v1", 100, stable), Revision("v2", 10)], // no replica any more
            [Revision("v1", 100, stable)],
        })
        {
            gateway.Route(Sticky("v2", revisions));
            using var answer = await gateway.SendAsync(HttpMethod.Get, "/", ("Cookie", "platform-sticky=v2"));
            Assert.Equal("stable", await answer.Content.ReadAsStringAsync());
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task A_sticky_revision_that_gives_no_answers_costs_its_clients_nothing()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var gateway = await GatewayUnderTest.StartAsync(o => o.RetryReserve = 0);
        gateway.Route(Sticky("v2", Revision("v1", 1_000_000, stable), Revision("v2", 1, Upstream.Dead("canary"))));

        for (var i = 0; i < 100; i++) Assert.Equal("stable", await gateway.AskAsync(("Cookie", "platform-sticky=v2")));
    }

    private static RouteTable Sticky(string? revision, params RevisionRoute[] revisions) =>
        new() { Application = "shop", Generation = 0, Sticky = revision, Revisions = revisions };

    private static ApplicationRoute Route(ApplicationTraffic traffic, (string Revision, int Weight)[] revisions) => new(
        Sticky("v2", [.. revisions.Select(r => new RevisionRoute { Revision = r.Revision, Weight = r.Weight, Replicas = [new ReplicaAddress { Id = r.Revision, Address = new Uri("http://127.0.0.1:1") }] })]),
        traffic,
        (revision, address) => new Replica("shop", revision, address, new GatewayOptions(), TimeProvider.System));

    /// <summary>A client that keeps cookies, without the network.</summary>
    private sealed class Client
    {
        private readonly HeaderDictionary _headers = [];
        private readonly Dictionary<string, string> _cookies = [];

        public bool Met { get; private set; }

        public void Ask(ApplicationRoute route)
        {
            var settled = route.Sticky!.IsSettled(_headers, route.Traffic, out var kept);
            var revision = route.Choose(null, kept, [], 0)!.Revision;
            Met = revision == "v2";
            if (settled) return;
            var pair = route.Sticky.Cookie(revision).Split(';')[0].Split('=');
            _cookies[pair[0]] = pair[1];
            _headers["Cookie"] = string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}"));
        }
    }

    /// <summary>A client that keeps cookies.</summary>
    private sealed class Browser(GatewayUnderTest gateway)
    {
        private readonly Dictionary<string, string> _cookies = [];

        public async Task<string> AskAsync()
        {
            using var answer = await gateway.SendAsync(HttpMethod.Get, "/", ("Cookie", string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}"))));
            foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                var pair = cookie.Split(';')[0].Split('=');
                _cookies[pair[0]] = pair[1];
            }

            return await answer.Content.ReadAsStringAsync();
        }
    }
}
