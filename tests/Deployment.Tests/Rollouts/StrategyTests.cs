using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Deployment.Rollouts;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>Canary, experiment, preview and return, from command to end, in a world of simulated processes.</summary>
public sealed class StrategyTests
{
    [Fact]
    public async Task A_canary_worse_than_the_old_revision_is_taken_back_and_its_evidence_is_kept()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.Of("v2", "strategy: canary, steps: [10, 100], stepDuration: 1h"));
        await world.UntilAsync(id, "watching");
        Assert.Equal((90, 10), (world.Gateway.Weights("shop")["v1"], world.Gateway.Weights("shop")["v2"]));
        Feed(world, seconds: 60, canaryErrors: 2);
        var row = await world.EndAsync(id);

        Assert.Equal("rolledBack", row.State);
        Assert.Contains("error rate", row.Message, StringComparison.Ordinal);
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
        var evidence = await world.Life!.Database.ReadAsync(reader => reader.EvidenceAsync(id));
        Assert.Contains(evidence, e => e.Outcome == "fail" && e.Metrics.Any(m => m.Metric == "errors" && m.Strength >= 1));
    }

    [Fact]
    public async Task A_canary_that_nobody_calls_waits_and_one_as_good_as_the_old_revision_goes_on()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.Of("v2", "strategy: canary, steps: [10, { weight: 50, pause: 1s }, 100], stepDuration: 1s, watch: 0s"));
        await SaysAsync(world, id, "inconclusive");
        Assert.Equal(10, world.Gateway.Weights("shop")["v2"]);
        Feed(world, seconds: 120, canaryErrors: 0);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        Assert.Equal([10, 50, 100], world.Gateway.Applied.Select(t => t.Revisions.FirstOrDefault(r => r.Revision == "v2")?.Weight ?? 0).Where(w => w > 0).Distinct());
    }

    [Fact]
    public async Task Match_sticky_and_mirror_are_in_the_table_while_the_canary_is_and_not_after_it()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.Of(
            "v2", "strategy: canary, steps: [{ weight: 5, mirror: 20, pause: untilPromoted }, 100], sticky: true, watch: 0s, match: { headers: { X-Beta: on }, cookies: { beta: on } }, analysis: { judge: none }"));
        await SaysAsync(world, id, "waiting to be promoted");
        var table = world.Gateway.Table("shop")!;

        Assert.Equal("v2", table.Sticky);
        Assert.Equal([("X-Beta", null, "v2"), (null, "beta", "v2")], table.Rules.Select(r => (r.Header, r.Cookie, r.Revision)));
        Assert.Equal((20, false), (table.Revisions.Single(r => r.Revision == "v2").Mirror, table.Revisions.Single(r => r.Revision == "v2").MirrorWrites));

        await world.PromoteAsync(id);
        await world.EndAsync(id);
        table = world.Gateway.Table("shop")!;
        Assert.Null(table.Sticky);
        Assert.Empty(table.Rules);
        Assert.All(table.Revisions, r => Assert.Equal(0, r.Mirror));
    }

    [Fact]
    public async Task An_experiment_runs_a_fresh_baseline_of_the_canary_s_size_and_leaves_none_of_it()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.Of("v2", "strategy: experiment, experiment: { weight: 10, duration: 1h }, watch: 0s, analysis: { judge: none }"));
        await world.UntilAsync(id, "watching");
        Assert.Equal((1, 1), (world.Machine.Alive.Count(p => p.Revision == "v1+baseline"), world.Machine.Alive.Count(p => p.Revision == "v2")));
        Assert.Equal((80, 10, 10), (world.Gateway.Weights("shop")["v1"], world.Gateway.Weights("shop")["v1+baseline"], world.Gateway.Weights("shop")["v2"]));
        await world.PromoteAsync(id);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        await world.UntilAsync("only v2 is left", () => world.Machine.Alive.Count == 2 && world.Machine.Alive.All(p => p.Revision == "v2"));
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
    }

    [Fact]
    public async Task A_preview_has_no_share_until_it_is_promoted()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.Of("v2", "strategy: blueGreen, autoPromotion: false, watch: 0s, analysis: { judge: none }"));
        await SaysAsync(world, id, "waiting to be promoted");
        var preview = world.Gateway.Table("shop")!.Revisions.Single(r => r.Revision == "v2");
        Assert.Equal((0, 2), (preview.Weight, preview.Replicas.Count));
        await world.PromoteAsync(id);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        Assert.Equal(100, world.Gateway.Weights("shop")["v2"]);
    }

    [Fact]
    public async Task What_fails_before_the_promotion_never_serves()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.Of("v2", PreAnalysed));
        await SaysAsync(world, id, "inconclusive");
        Assert.Equal((0, 20), (world.Gateway.Weights("shop")["v2"], world.Gateway.Table("shop")!.Revisions.Single(r => r.Revision == "v2").Mirror));
        Feed(world, seconds: 60, canaryErrors: 5);

        var row = await world.EndAsync(id);
        Assert.Equal("failed", row.State);
        Assert.Contains("requests failed", row.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Gateway.Applied, t => t.Revisions.Any(r => r is { Revision: "v2", Weight: > 0 }));
    }

    [Fact]
    public async Task What_passed_before_the_promotion_is_judged_anew_after_it()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.Of("v2", PreAnalysed));
        await SaysAsync(world, id, "inconclusive");
        Feed(world, seconds: 60, canaryErrors: 0, TimeSpan.FromTicks(1));
        await World.UntilAsync("all traffic has gone to v2", () => Task.FromResult(world.Gateway.Weights("shop")["v2"] == 100), () => world.Describe());
        await SaysAsync(world, id, "inconclusive (step 2 of 2)");
        Feed(world, seconds: 60, canaryErrors: 0, TimeSpan.FromTicks(1));

        Assert.Equal("completed", (await world.EndAsync(id)).State);
    }

    [Fact]
    public async Task A_return_to_a_revision_that_was_kept_ready_starts_nothing_and_judges_nothing()
    {
        await using var world = await WithV1Async();
        var old = world.Machine.Alive.Select(p => p.ProcessId).ToList();
        await world.EndAsync(await world.DeployAsync(Manifests.Of("v2", "strategy: blueGreen, watch: 0s, scaleDownDelay: 1h, analysis: { judge: none }")));
        Assert.Equal(4, world.Machine.Alive.Count);

        var id = Guid.NewGuid();
        await world.SendAsync(new RollBackApplication { Application = "shop", At = world.Time.GetUtcNow(), CorrelationId = id, RequestedBy = "test", Reason = "go back" });
        await World.UntilAsync("it is written down", async () => await world.RolloutAsync(id) is not null, () => "it is not");

        var row = await world.EndAsync(id);
        Assert.Equal(("completed", "instant"), (row.State, row.Strategy));
        Assert.Equal(old, world.Machine.Alive.Where(p => p.Revision == "v1").Select(p => p.ProcessId));
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
    }

    [Fact]
    public async Task Replicas_kept_ready_go_when_their_time_is_over()
    {
        await using var world = await WithV1Async();

        var row = await world.EndAsync(await world.DeployAsync(Manifests.Of("v2", "strategy: blueGreen, watch: 0s, scaleDownDelay: 1s, analysis: { judge: none }")));

        Assert.Contains("stays ready", row.Message, StringComparison.Ordinal);
        await world.UntilAsync("v1 is gone", () => world.Machine.Alive.All(p => p.Revision == "v2"));
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
    }

    private const string PreAnalysed = "strategy: blueGreen, mirror: 20, prePromotionAnalysis: true, watch: 1s, analysis: { judge: threshold, minRequests: 20 }";

    private static Task SaysAsync(World world, Guid rollout, string words) => World.UntilAsync(
        $"it says '{words}'",
        async () => (await world.RolloutAsync(rollout))?.Message.StartsWith(words, StringComparison.Ordinal) ?? false,
        () => world.Describe());

    private static async Task<World> WithV1Async()
    {
        var world = new World();
        await world.StartAsync();
        Assert.Equal("completed", (await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")))).State);
        return world;
    }

    /// <summary>A hundred requests a second, ten of them to the canary.</summary>
    private static void Feed(World world, int seconds, int canaryErrors, TimeSpan? apart = null)
    {
        var begin = TimeProvider.System.GetUtcNow();
        for (var second = 1; second <= seconds; second++)
        {
            world.Life!.Metrics.Add(new MetricBatch
            {
                Source = "gateway",
                Application = "shop",
                At = begin + second * (apart ?? TimeSpan.FromSeconds(1)),
                Interval = TimeSpan.FromSeconds(1),
                Samples = [.. Of("v1", 90, 0), .. Of("v2", 10, canaryErrors)],
            });
        }
    }

    private static IEnumerable<MetricSample> Of(string revision, int requests, int errors)
    {
        var latency = new LatencyHistogram();
        latency.Record(0.01, requests);
        return
        [
            new MetricSample(MetricNames.Requests, revision, "", requests),
            new MetricSample(MetricNames.Errors, revision, "", errors),
            new MetricSample(MetricNames.Latency, revision, "", requests, latency),
        ];
    }
}
