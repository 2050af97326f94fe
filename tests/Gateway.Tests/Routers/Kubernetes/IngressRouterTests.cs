using Microsoft.Extensions.Options;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Routers.Kubernetes;
using Platform.Testing;
using Platform.Testing.Kubernetes;
using Platform.Workloads.Runtimes.Kubernetes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Gateway.Tests.Routers.Kubernetes;

/// <summary>The router <c>ingress</c> against the tests' strict API server. No ingress controller is there to obey it.</summary>
public sealed class IngressRouterTests : IAsyncLifetime
{
    private const string Canary = "nginx.ingress.kubernetes.io/canary";
    private readonly ManualTimeProvider _clock = new();
    private TestCluster _cluster = null!;
    private Cluster _access = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _access = new Cluster(new KubernetesRuntimeOptions { Kubeconfig = _cluster.Kubeconfig(_cluster.Accounts.Admin) }, TimeProvider.System, _ => null, "/no/such/folder");
    }

    public async ValueTask DisposeAsync()
    {
        _access.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task ApplyAsync_OneRevision_IsAnIngressToExactlyItsReplicas()
    {
        Assert.Null(await Router().ApplyAsync(Table(1, ("v1", 100, ["10.0.0.1", "10.0.0.2"])), Cancelled));

        var ingress = Assert.Single(_cluster.All("Ingress"));
        Assert.Equal(("nginx", "shop.example.org", "/buy"), (ingress.Text("spec", "ingressClassName"), ingress.Items("spec", "rules").Single().Text("host"), ingress.Items("spec", "rules").Single().Items("http", "paths").Single().Text("path")));
        Assert.Equal(["10.0.0.1", "10.0.0.2"], Endpoints(Backend(ingress)));
    }

    [Fact]
    public async Task ApplyAsync_ACanary_GetsItsWeightAndItsHeader_AndAtTheEndEverything()
    {
        var router = Router();
        await router.ApplyAsync(Table(1, ("v1", 100, ["10.0.0.1"])), Cancelled);

        Assert.Null(await router.ApplyAsync(Table(2, ("v1", 95, ["10.0.0.1"]), ("v2", 5, ["10.0.1.1"])) with { Rules = [new RouteRule { Header = "x-beta", Value = "yes", Revision = "v2" }] }, Cancelled));
        Assert.Equal(("v1", "v2", "5"), (RevisionOf("platform-shop"), RevisionOf("platform-shop-canary"), Annotations("platform-shop-canary")[Canary + "-weight"]));
        Assert.Equal(("true", "x-beta", "yes"), (Annotations("platform-shop-canary")[Canary], Annotations("platform-shop-canary")[Canary + "-by-header"], Annotations("platform-shop-canary")[Canary + "-by-header-value"]));

        // Above half it stays the canary: no moment in which the shares are swapped. Without the rule, its annotations go.
        await router.ApplyAsync(Table(3, ("v1", 0, ["10.0.0.1"]), ("v2", 100, ["10.0.1.1"])), Cancelled);
        Assert.Equal(("v1", "100"), (RevisionOf("platform-shop"), Annotations("platform-shop-canary")[Canary + "-weight"]));
        Assert.DoesNotContain(Canary + "-by-header", Annotations("platform-shop-canary"));

        await router.ApplyAsync(Table(4, ("v2", 100, ["10.0.1.1"])), Cancelled);
        Assert.Equal("v2", RevisionOf("platform-shop"));
        Assert.Equal((1, 1, 1), (_cluster.All("Ingress").Count, _cluster.All("Service").Count, _cluster.All("EndpointSlice").Count));
        Assert.Equal(["10.0.1.1"], Endpoints(Backend(_cluster.All("Ingress").Single())));
    }

    [Fact]
    public async Task ApplyAsync_Again_ChangesNothing_AndPutsRightWhatSomebodyChanged()
    {
        var table = Table(1, ("v1", 90, ["10.0.0.1"]), ("v2", 10, ["10.0.1.1"]));
        await Router().ApplyAsync(table, Cancelled);
        var version = _cluster.Store.Version;
        await Router().ApplyAsync(table, Cancelled);
        Assert.Equal(version, _cluster.Store.Version);

        _cluster.Objects.Delete(Schema.Of("Ingress"), "default", "platform-shop-canary", null);
        Assert.Null(await Router().ApplyAsync(table, Cancelled));
        Assert.Equal("10", Annotations("platform-shop-canary")[Canary + "-weight"]);
    }

    [Theory]
    [InlineData("three", "two revisions at most")]
    [InlineData("sticky", "rollout.sticky")]
    [InlineData("mirror", "mirrored requests")]
    [InlineData("cookie", "'always' only")]
    [InlineData("loopback", "have to be pods")]
    public async Task ApplyAsync_WhatAnIngressCannotDo_IsRefusedInASentenceAndNothingIsMade(string what, string expected)
    {
        var table = Table(1, ("v1", 90, ["10.0.0.1"]), ("v2", 10, [what == "loopback" ? "127.0.0.1" : "10.0.1.1"]));
        table = what switch
        {
            "three" => Table(1, ("v1", 80, ["10.0.0.1"]), ("v2", 10, ["10.0.1.1"]), ("v3", 10, ["10.0.2.1"])),
            "sticky" => table with { Sticky = "v2" },
            "mirror" => table with { Revisions = [table.Revisions[0], table.Revisions[1] with { Mirror = 5 }] },
            "cookie" => table with { Rules = [new RouteRule { Cookie = "beta", Value = "yes", Revision = "v2" }] },
            _ => table,
        };

        Assert.Contains(expected, await Router().ApplyAsync(table, Cancelled), StringComparison.Ordinal);

        Assert.Empty(_cluster.All("Ingress"));
    }

    [Fact]
    public async Task RemoveAsync_TakesEverythingOut_AndItHasDrainedWhenTheTimeoutHasPassed()
    {
        var router = Router();
        var table = Table(1, ("v1", 90, ["10.0.0.1"]), ("v2", 10, ["10.0.1.1"]));
        Assert.True(await router.HasDrainedAsync(table with { Router = "gateway" }, Cancelled));
        await router.ApplyAsync(table, Cancelled);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await router.HasDrainedAsync(table, Cancelled));

        Assert.Null(await router.RemoveAsync("shop", Cancelled));

        Assert.Equal((0, 0, 0), (_cluster.All("Ingress").Count, _cluster.All("Service").Count, _cluster.All("EndpointSlice").Count));
        Assert.False(await router.HasDrainedAsync(table with { Router = "gateway" }, Cancelled));
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(await router.HasDrainedAsync(table with { Router = "gateway" }, Cancelled));
    }

    [Fact]
    public async Task KilledBeforeAndAfterEachEffect_TheNextTryComesToTheSame()
    {
        var table = Table(2, ("v1", 90, ["10.0.0.1"]), ("v2", 10, ["10.0.1.1"]));
        for (var effect = 1; ; effect++)
        {
            foreach (var after in (bool[])[false, true])
            {
                var effects = new KillingEffects(effect, after);
                var end = await Record.ExceptionAsync(() => Router(effects).ApplyAsync(table, Cancelled));
                if (end is null)
                {
                    Assert.True(effect > 6, $"Only {effect - 1} effects.");
                    return;
                }

                Assert.IsType<KilledException>(end);
                Assert.Null(await Router().ApplyAsync(table, Cancelled));
                Assert.Equal((2, 2, 2), (_cluster.All("Ingress").Count, _cluster.All("Service").Count, _cluster.All("EndpointSlice").Count));
                Assert.Null(await Router().RemoveAsync("shop", Cancelled));
            }
        }
    }

    [Fact]
    public async Task ApplyAsync_AServerThatIsAway_IsASentence()
    {
        await _cluster.Server.StopAsync();

        Assert.Contains("does not answer", await Router().ApplyAsync(Table(1, ("v1", 100, ["10.0.0.1"])), Cancelled), StringComparison.Ordinal);
    }

    private IngressRouter Router(IEffects? effects = null) => new(_access, effects ?? UnhinderedEffects.Instance, Options.Create(new IngressOptions { Class = "nginx" }), _clock);

    private Dictionary<string, string> Annotations(string ingress) => _cluster.Objects.Get(Schema.Of("Ingress"), "default", ingress).Texts("metadata", "annotations");

    private string RevisionOf(string ingress) => Annotations(ingress)["dev.platform.revision"];

    private static string Backend(System.Text.Json.Nodes.JsonObject ingress) => ingress.Items("spec", "rules").Single().Items("http", "paths").Single().Text("backend", "service", "name")!;

    private List<string> Endpoints(string service) =>
        [.. _cluster.All("EndpointSlice").Where(s => s.Texts("metadata", "labels")["kubernetes.io/service-name"] == service).SelectMany(s => s.Items("endpoints")).Select(e => e["addresses"]![0]!.GetValue<string>()).Order()];

    private static RouteTable Table(long generation, params (string Revision, int Weight, string[] Addresses)[] revisions) => new()
    {
        Application = "shop",
        Generation = generation,
        Router = "ingress",
        Hosts = ["shop.example.org"],
        PathPrefix = "/buy",
        Revisions = [.. revisions.Select(r => new RevisionRoute
        {
            Revision = r.Revision,
            Weight = r.Weight,
            Replicas = [.. r.Addresses.Select(a => new ReplicaAddress { Id = $"shop-{r.Revision}-{a}", Address = new Uri($"http://{a}:8080") })],
        })],
    };
}
