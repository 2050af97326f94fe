using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>A rollout of an application that rests at 0 replicas.</summary>
public sealed class FromRestTests
{
    [Theory]
    [InlineData("strategy: canary, steps: [10, 100], stepDuration: 1h, watch: 1s")]
    [InlineData("strategy: rolling, maxSurge: 1, maxUnavailable: 0, watch: 1s")]
    [InlineData("strategy: blueGreen, preview: 1h, watch: 1s")]
    public async Task Shipped_at_rest_one_replica_takes_over_whatever_comes_and_is_judged_by_that_alone(string strategy)
    {
        await using var world = await RestingAsync();

        var id = await world.DeployAsync(Resting("v2", strategy));
        await World.UntilAsync("no traffic is no pass", async () => (await world.RolloutAsync(id))?.Message.Contains("inconclusive", StringComparison.Ordinal) == true, () => "it does not wait for requests");
        Ask(world, "v2", 30);
        var row = await world.EndAsync(id);

        Assert.Equal(("completed", "fromRest"), (row.State, row.Strategy));
        Assert.Equal("v2", Assert.Single(world.Machine.Alive).Revision);
        Assert.Equal(["plan", "start", "shift", "watch", "retire"], (await world.StepsAsync(id)).Select(s => s.Step));
        // Whoever comes meanwhile is held at the old revision's door, never refused, and never split between one that is there and one that is not.
        Assert.All(world.Gateway.Applied.Where(t => t.Revisions.Any(r => r.Revision == "v2" && r.Weight > 0)), t => Assert.Equal(100, t.Revisions.Single(r => r.Weight > 0).Weight));
        await world.UntilAsync("the number is told", () => world.EventsOf<ApplicationScaled>().Any(e => e is { From: 0, To: 1, RequestedBy: "deployment" }));
    }

    [Fact]
    public async Task Shipped_at_rest_and_broken_it_rests_as_before()
    {
        await using var world = await RestingAsync();
        world.Machine.Of("v2").ExitsWith = 3;

        var row = await world.EndAsync(await world.DeployAsync(Resting("v2", "strategy: canary, steps: [10, 100]")));

        Assert.Equal("failed", row.State);
        Assert.Empty(world.Machine.Alive);
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
        Assert.DoesNotContain(world.EventsOf<ApplicationScaled>(), e => e.To == 1);
    }

    [Fact]
    public async Task Woken_while_it_is_being_shipped_the_proven_revision_serves_until_the_new_one_does()
    {
        await using var world = await RestingAsync();
        world.Machine.Of("v2").Healthy = false;
        var id = await world.DeployAsync(Resting("v2", "strategy: canary, steps: [10, 100], watch: 1s"));
        await world.UntilAsync(id, "starting");

        await world.ScaleAsync(1);
        await world.UntilAsync("the proven one is routed to", () => world.Gateway.Table("shop")?.Revisions.Any(r => r is { Revision: "v1", Weight: 100, Replicas.Count: 1 }) == true);
        world.Machine.Of("v2").Healthy = true;
        await world.UntilAsync(id, "watching");
        Ask(world, "v2", 30);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        Assert.Equal("v2", Assert.Single(world.Machine.Alive).Revision);
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
    }

    [Fact]
    public async Task Shipped_at_rest_who_is_to_promote_it_is_asked()
    {
        await using var world = await RestingAsync();

        var id = await world.DeployAsync(Resting("v2", "strategy: blueGreen, autoPromotion: false, watch: 1s"));
        await world.UntilAsync("it waits to be promoted", () => world.Machine.Alive.Count == 1);
        await world.UntilAsync(id, "watching");
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
        await world.PromoteAsync(id);
        await world.UntilAsync("it has the traffic", () => world.Gateway.Weights("shop").GetValueOrDefault("v2") == 100);
        Ask(world, "v2", 30);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        Assert.Equal(100, world.Gateway.Weights("shop")["v2"]);
    }

    private static void Ask(World world, string revision, int requests) => world.Life!.Metrics.Add(new MetricBatch
    {
        Source = "gateway",
        Application = "shop",
        At = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1),
        Interval = TimeSpan.FromSeconds(1),
        Samples = [new MetricSample(MetricNames.Requests, revision, "", requests), new MetricSample(MetricNames.Errors, revision, "", 0)],
    });

    private static async Task<World> RestingAsync()
    {
        var world = new World();
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Resting("v1", "strategy: blueGreen, watch: 0s")));
        Assert.Single(world.Machine.Alive);
        await world.ScaleAsync(0);
        await world.UntilAsync("it rests", () => world.Machine.Alive.Count == 0);
        return world;
    }

    private static string Resting(string revision, string rollout) => $$"""
        name: shop
        revision: {{revision}}
        runtime: process
        process: { command: ["app"] }
        health: { path: /health, interval: 100ms, timeout: 1s, unhealthyAfter: 2, startupTimeout: 20s }
        scaling: { min: 0, max: 5, zeroAfter: 10m }
        traffic: { drainTimeout: 1s }
        rollout: { {{rollout}}, analysis: { minRequests: 20 } }
        """;
}
