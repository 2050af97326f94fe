using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Routers.Traefik;
using Platform.Gateway.Tests.Support;
using Platform.Testing;

namespace Platform.Gateway.Tests.Routers.Traefik;

public sealed class TraefikRouterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("traefik-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_table_becomes_weights_rules_copies_and_checks()
    {
        var (routers, services) = TraefikSchema.Check(TraefikConfiguration.Text(Table(3), new TraefikOptions { EntryPoints = ["web"] }));

        var weights = services.GetProperty("platform-shop-table-3").GetProperty("weighted").GetProperty("services").EnumerateArray()
            .ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("weight").GetInt32());
        Assert.Equal(new Dictionary<string, int> { ["platform-shop-v1"] = 95, ["platform-shop-v2"] = 5 }, weights);
        var copies = services.GetProperty("platform-shop-copies").GetProperty("mirroring");
        Assert.Equal(("platform-shop-table-3", false), (copies.GetProperty("service").GetString(), copies.GetProperty("mirrorBody").GetBoolean()));
        Assert.Equal("http://127.0.0.1:2", services.GetProperty("platform-shop-v2").GetProperty("loadBalancer").GetProperty("servers")[0].GetProperty("url").GetString());
        Assert.Equal("/health", services.GetProperty("platform-shop-v2").GetProperty("loadBalancer").GetProperty("healthCheck").GetProperty("path").GetString());
        Assert.Equal("(Host(`shop.example`)) && (Path(`/shop`) || PathPrefix(`/shop/`))", routers.GetProperty("platform-shop").GetProperty("rule").GetString());
        // Whoever says the value goes there before the weights are asked, in the rules' order.
        var rule = routers.EnumerateObject().Single(r => r.Value.GetProperty("rule").GetString()!.Contains("X-Group", StringComparison.Ordinal)).Value;
        Assert.Equal("platform-shop-v2", rule.GetProperty("service").GetString());
        Assert.True(rule.GetProperty("priority").GetInt32() > routers.GetProperty("platform-shop-copied").GetProperty("priority").GetInt32());
        Assert.True(routers.GetProperty("platform-shop-copied").GetProperty("priority").GetInt32() > routers.GetProperty("platform-shop").GetProperty("priority").GetInt32());
    }

    [Fact]
    public void Nothing_in_a_table_breaks_out_of_its_place()
    {
        var hostile = Gen.Elements("`", "\"", "'", ")", "(", " && ", "||", "\n", "\\", "{", "}", ".*", "$", "é", "😀", "a", "Z", "-", "@", ":", "#").NonEmptyListOf().Select(p => string.Concat(p));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(hostile.Three().ToArbitrary(), t =>
        {
            var table = Table(1, t.Item1) with
            {
                Rules = [new RouteRule { Header = "X-Group", Value = t.Item2, Revision = t.Item1 }, new RouteRule { Cookie = t.Item3, Value = t.Item2, Revision = t.Item1 }],
            };
            var (routers, _) = TraefikSchema.Check(TraefikConfiguration.Text(table, new TraefikOptions()));
            // Two revisions by header and cookie, the two rules, the copies, the rest.
            Assert.Equal(8, routers.EnumerateObject().Count());
        }));
        Assert.NotEmpty(TraefikConfiguration.Problems(Table(1) with { PathPrefix = "/`) || Path(`/" }));
        Assert.NotEmpty(TraefikConfiguration.Problems(Table(1) with { Hosts = ["a`)"] }));
        Assert.NotEmpty(TraefikConfiguration.Problems(Table(1) with { Rules = [new RouteRule { Header = "a`", Value = "b", Revision = "v2" }] }));
    }

    [Fact]
    public async Task With_the_API_a_table_is_in_force_when_Traefik_shows_it_enabled()
    {
        var asked = 0;
        await using var api = await Upstream.StartAsync("traefik", async context =>
        {
            // Strict: only what the API documents, and only what the file says.
            var name = Regex.Match(context.Request.Path, "^/api/http/services/([a-z0-9-]+)@file$");
            Assert.True(HttpMethods.IsGet(context.Request.Method) && name.Success);
            var services = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "platform-shop.yml"))).RootElement.GetProperty("http").GetProperty("services");
            if (Interlocked.Increment(ref asked) < 3 || !services.TryGetProperty(name.Groups[1].Value, out _)) context.Response.StatusCode = 404;
            else await context.Response.WriteAsync($$"""{"weighted":{},"status":"enabled","usedBy":["platform-shop@file"],"name":"{{name.Groups[1].Value}}@file","provider":"file","type":"weighted"}""");
        });
        using var router = Router(new TraefikOptions { Folder = _folder, Api = api.Address, Timeout = TimeSpan.FromSeconds(5) });

        Assert.Null(await router.ApplyAsync(Table(3), CancellationToken.None));
        Assert.True(asked >= 3);
    }

    [Fact]
    public async Task A_Traefik_that_does_not_show_it_is_told_with_what_it_says()
    {
        await using var api = await Upstream.StartAsync("traefik", context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        using var router = Router(new TraefikOptions { Folder = _folder, Api = api.Address, Timeout = TimeSpan.FromMilliseconds(200) });

        var problem = await router.ApplyAsync(Table(3), CancellationToken.None);
        Assert.Contains("does not show table 3", problem, StringComparison.Ordinal);
        Assert.Contains("it does not know it", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_effect_the_table_sent_again_makes_it_right()
    {
        foreach (var after in new[] { false, true })
        {
            for (var at = 1; ; at++)
            {
                var options = new TraefikOptions { Folder = _folder, Settle = TimeSpan.Zero };
                using (var before = Router(options)) await before.ApplyAsync(Table(1), CancellationToken.None);
                var died = false;
                try
                {
                    using var killed = Router(options, new KillingEffects(at, after));
                    await killed.ApplyAsync(Table(2), CancellationToken.None);
                }
                catch (KilledException)
                {
                    died = true;
                }

                TraefikSchema.Check(await File.ReadAllTextAsync(Path.Combine(_folder, "platform-shop.yml")));
                using (var again = Router(options)) Assert.Null(await again.ApplyAsync(Table(2), CancellationToken.None));
                Assert.Contains("platform-shop-table-2", await File.ReadAllTextAsync(Path.Combine(_folder, "platform-shop.yml")), StringComparison.Ordinal);
                if (!died) break;
            }
        }
    }

    [Fact]
    public async Task A_removed_application_has_no_file_and_what_left_has_drained_when_its_time_is_over()
    {
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var router = new TraefikRouter(Options.Create(new TraefikOptions { Folder = _folder, Settle = TimeSpan.Zero }), UnhinderedEffects.Instance, time);
        await router.ApplyAsync(Table(1), CancellationToken.None);
        Assert.False(await router.HasDrainedAsync(Table(1), CancellationToken.None));
        time.Advance(Table(1).DrainTimeout);
        Assert.True(await router.HasDrainedAsync(Table(1), CancellationToken.None));

        Assert.Null(await router.RemoveAsync("shop", CancellationToken.None));
        Assert.Empty(Directory.EnumerateFiles(_folder));
        Assert.Null(await router.RemoveAsync("../shop", CancellationToken.None));
    }

    private static TraefikRouter Router(TraefikOptions options, IEffects? effects = null) => new(Options.Create(options), effects ?? UnhinderedEffects.Instance, TimeProvider.System);

    private static RouteTable Table(long generation, string revision = "v2") => new()
    {
        Application = "shop",
        Generation = generation,
        Router = "traefik",
        Hosts = ["shop.example"],
        PathPrefix = "/shop",
        HealthPath = "/health",
        Sticky = revision,
        Rules = [new RouteRule { Header = "X-Group", Value = "beta", Revision = revision }],
        Revisions =
        [
            new RevisionRoute { Revision = "v1", Weight = 95, Replicas = [new ReplicaAddress { Id = "a", Address = new Uri("http://127.0.0.1:1") }] },
            new RevisionRoute { Revision = revision, Weight = 5, Mirror = 20, Replicas = [new ReplicaAddress { Id = "b", Address = new Uri("http://127.0.0.1:2") }] },
        ],
    };
}
