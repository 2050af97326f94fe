using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Deployment.Rollouts;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>The saga in its module, on a fake machine and a fake gateway.</summary>
public sealed class RolloutTests
{
    [Fact]
    public async Task A_first_deployment_starts_replicas_and_opens_the_route()
    {
        await using var world = new World();
        await world.StartAsync();

        var row = await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1", replicas: 3)));

        Assert.Equal("completed", row.State);
        Assert.Equal(3, world.Machine.Alive.Count);
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
        Assert.Equal(3, world.Gateway.Table("shop")!.Revisions.Single().Replicas.Count);
    }

    [Fact]
    public async Task BlueGreen_replaces_the_old_set_at_once_and_stops_nothing_that_is_routed()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifests.BlueGreen("v2"));
        Assert.Equal("completed", (await world.EndAsync(id)).State);

        Assert.All(world.Machine.Alive, p => Assert.Equal("v2", p.Revision));
        Assert.Equal(2, world.Machine.Alive.Count);
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
        Assert.Equal(["plan", "start", "shift", "watch", "retire"], (await world.StepsAsync(id)).Select(s => s.Step));
        // Every table between routed all traffic to one whole set.
        Assert.All(world.Gateway.Applied.Where(t => t.Revisions.Count > 0), t => Assert.Equal(2, t.Revisions.Single(r => r.Weight > 0).Replicas.Count));
        await world.UntilAsync("completion is published", () => world.EventsOf<DeploymentCompleted>().Any(e => e.CorrelationId == id));
    }

    [Fact]
    public async Task Rolling_never_serves_with_fewer_nor_runs_more_than_allowed()
    {
        await using var world = new World();
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.Rolling("v1", replicas: 3)));
        var before = world.Gateway.Applied.Count;

        var id = await world.DeployAsync(Manifests.Rolling("v2", replicas: 3, surge: 1));
        Assert.Equal("completed", (await world.EndAsync(id)).State);

        Assert.All(world.Machine.Alive, p => Assert.Equal("v2", p.Revision));
        Assert.All(world.Gateway.Applied.Skip(before), t => Assert.InRange(t.Revisions.Sum(r => r.Replicas.Count), 3, 4));
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
        Assert.Equal(3, (await world.StepsAsync(id)).Count(s => s.Step == "shift"));
    }

    [Fact]
    public async Task A_start_that_fails_leaves_the_old_set_untouched_and_says_what_was_seen()
    {
        await using var world = await WithV1Async();
        var old = world.Machine.Alive.Select(p => p.ProcessId).ToList();
        world.Machine.Of("v2").ExitsWith = 3;
        world.Machine.Of("v2").Output.Add("cannot open the ledger");

        var id = await world.DeployAsync(Manifests.BlueGreen("v2"));
        var row = await world.EndAsync(id);

        Assert.Equal("failed", row.State);
        Assert.Contains("cannot open the ledger", row.Message);
        Assert.Contains("exited with code 3", row.Message);
        Assert.Equal(old, world.Machine.Alive.Select(p => p.ProcessId));
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
        await world.UntilAsync("failure is published", () => world.EventsOf<DeploymentFailed>().Any(e => e.CorrelationId == id && e.Reason.Contains("ledger")));
    }

    [Fact]
    public async Task A_revision_that_is_never_healthy_fails_with_the_health_answer()
    {
        await using var world = await WithV1Async();
        world.Machine.Of("v2").Healthy = false;

        var row = await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v2")));

        Assert.Equal("failed", row.State);
        Assert.Contains("503: database is down", row.Message);
        await world.UntilAsync("only v1 runs", () => world.Machine.Alive.All(p => p.Revision == "v1") && world.Machine.Alive.Count == 2);
    }

    [Fact]
    public async Task A_first_deployment_that_fails_leaves_nothing_behind()
    {
        await using var world = new World();
        await world.StartAsync();
        world.Machine.Of("v1").StartError = "no such program";

        var row = await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));

        Assert.Equal("failed", row.State);
        Assert.Contains("no such program", row.Message);
        Assert.Empty(world.Machine.Alive);
        Assert.Null(world.Gateway.Table("shop"));
    }

    [Fact]
    public async Task Errors_during_the_watch_roll_back_at_once_to_the_replicas_that_were_kept()
    {
        await using var world = await WithV1Async();
        var old = world.Machine.Alive.Select(p => p.ProcessId).ToList();

        var id = await world.DeployAsync(Manifests.BlueGreen("v2", watch: "60s", judge: "threshold"));
        await world.UntilAsync(id, "watching");
        world.Life!.Metrics.Add(Measured("v2", requests: 100, errors: 40));
        var row = await world.EndAsync(id);

        Assert.Equal("rolledBack", row.State);
        Assert.Contains("error rate", row.Message);
        Assert.Equal(["watch"], (await world.StepsAsync(id)).Where(s => s.Failed).Select(s => s.Step));
        Assert.Equal(old, world.Machine.Alive.Select(p => p.ProcessId));
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
        await world.UntilAsync("rollback is published", () => world.EventsOf<DeploymentRolledBack>().Any(e => e.CorrelationId == id && e.StableRevision == "v1"));
    }

    [Fact]
    public async Task A_replica_that_dies_during_the_watch_rolls_back()
    {
        await using var world = await WithV1Async();
        var id = await world.DeployAsync(Manifests.BlueGreen("v2", watch: "60s"));
        await world.UntilAsync(id, "watching");

        world.Machine.Crash(world.Machine.Alive.First(p => p.Revision == "v2"));

        Assert.Equal("rolledBack", (await world.EndAsync(id)).State);
        Assert.All(world.Machine.Alive, p => Assert.Equal("v1", p.Revision));
    }

    [Fact]
    public async Task Promote_ends_the_watch()
    {
        await using var world = await WithV1Async();
        var id = await world.DeployAsync(Manifests.BlueGreen("v2", watch: "60s"));
        await world.UntilAsync(id, "watching");

        await world.PromoteAsync(id);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
    }

    [Fact]
    public async Task An_approval_is_waited_for_before_the_traffic_shifts()
    {
        await using var world = await WithV1Async();
        var id = await world.DeployAsync(Manifests.BlueGreen("v2", extra: ", approval: required"));
        await World.UntilAsync("it waits for approval", async () => (await world.RolloutAsync(id))?.Message.Contains("approval") == true, () => "not yet");
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);

        await world.ApproveAsync(id);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
    }

    [Theory]
    [InlineData("starting", "failed")]
    [InlineData("watching", "rolledBack")]
    public async Task Abort_returns_to_the_old_revision(string at, string end)
    {
        await using var world = await WithV1Async();
        if (at == "starting") world.Machine.Of("v2").Healthy = false;
        var id = await world.DeployAsync(Manifests.BlueGreen("v2", watch: "60s"));
        await world.UntilAsync(id, at);

        await world.AbortAsync(id);
        var row = await world.EndAsync(id);

        Assert.Equal(end, row.State);
        Assert.Contains("aborted by test: enough", row.Message);
        Assert.All(world.Machine.Alive, p => Assert.Equal("v1", p.Revision));
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
    }

    [Fact]
    public async Task Abort_while_the_old_set_is_being_retired_brings_it_back()
    {
        await using var world = await WithV1Async();
        foreach (var process in world.Machine.Alive) world.Gateway.Busy[process.Replica] = true;
        world.Settings["Deployment:DrainSlack"] = "00:01:00";
        await world.KillAsync();
        await world.StartAsync();
        var id = await world.DeployAsync(Manifests.BlueGreen("v2", watch: "100ms"));
        await world.UntilAsync(id, "retiring");

        await world.AbortAsync(id);
        await world.UntilAsync("traffic is back", () => world.Gateway.Weights("shop").GetValueOrDefault("v1") == 100 && world.Gateway.Weights("shop").GetValueOrDefault("v2") == 0);
        world.Gateway.Busy.Clear();

        Assert.Equal("rolledBack", (await world.EndAsync(id)).State);
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
    }

    [Fact]
    public async Task The_next_rollout_waits_for_the_running_one()
    {
        await using var world = await WithV1Async();
        var second = await world.DeployAsync(Manifests.BlueGreen("v2", watch: "60s"));
        await world.UntilAsync(second, "watching");

        var third = await world.DeployAsync(Manifests.BlueGreen("v3"));
        var waiting = await world.UntilAsync(third, "queued");
        Assert.Contains("position 1", waiting.Message);
        await world.PromoteAsync(second);

        Assert.Equal("completed", (await world.EndAsync(second)).State);
        Assert.Equal("completed", (await world.EndAsync(third)).State);
        Assert.All(world.Machine.Alive, p => Assert.Equal("v3", p.Revision));
    }

    [Fact]
    public async Task A_revision_name_stands_for_one_manifest()
    {
        await using var world = await WithV1Async();

        var row = await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1", replicas: 5)));

        Assert.Equal("failed", row.State);
        Assert.Contains("new revision name", row.Message);
        Assert.Equal(2, world.Machine.Alive.Count);
    }

    [Fact]
    public async Task The_revision_that_serves_is_not_deployed_again()
    {
        await using var world = await WithV1Async();
        var started = world.Machine.All.Count;

        var row = await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));

        Assert.Equal("completed", row.State);
        Assert.Contains("serves already", row.Message);
        Assert.Equal(started, world.Machine.All.Count);
    }

    [Fact]
    public async Task A_kept_revision_can_be_returned_to()
    {
        await using var world = await WithV1Async();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v2")));

        Assert.Equal("completed", (await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")))).State);

        Assert.All(world.Machine.Alive, p => Assert.Equal("v1", p.Revision));
    }

    [Fact]
    public async Task A_new_revision_gets_as_many_replicas_as_the_old_one_has()
    {
        await using var world = await WithV1Async();
        await world.ScaleAsync(5);
        await world.UntilAsync("five run", () => world.Machine.Alive.Count == 5);

        Assert.Equal("completed", (await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v2")))).State);

        Assert.Equal(5, world.Machine.Alive.Count(p => p.Revision == "v2"));
    }

    [Fact]
    public async Task A_rollout_divides_a_new_number_of_replicas_between_its_revisions()
    {
        await using var world = await WithV1Async();
        var id = await world.DeployAsync(Manifests.BlueGreen("v2", watch: "60s"));
        await world.UntilAsync(id, "watching");

        await world.ScaleAsync(5);

        await world.UntilAsync("both sets have grown", () => world.Machine.Alive.Count(p => p.Revision == "v1") == 5 && world.Machine.Alive.Count(p => p.Revision == "v2") == 5);
        await world.UntilAsync("it is told", () => world.EventsOf<ApplicationScaled>().Any(e => e is { From: 2, To: 5 }));
        Assert.Contains(await world.StepsAsync(id), s => s.Step == "scale" && s.Message.Contains("5 instead of 2 of v2"));
        Assert.Equal("watching", (await world.RolloutAsync(id))!.State);
        await world.ScaleAsync(0);
        await world.UntilAsync("none at all is refused", () => world.EventsOf<ScalingRefused>().Any(e => e.Requested == 0));
    }

    [Fact]
    public async Task Without_a_gateway_nothing_is_stopped_and_the_rollout_says_what_it_waits_for()
    {
        await using var world = await WithV1Async();
        world.Gateway.Present = false;
        var id = await world.DeployAsync(Manifests.BlueGreen("v2"));

        var row = await world.UntilAsync(id, "shifting");
        await World.UntilAsync("it says so", async () => (row = (await world.RolloutAsync(id))!).Message.Contains("waiting for the gateway"), () => row.Message);
        Assert.Equal(2, world.Machine.Alive.Count(p => p.Revision == "v1"));
        world.Gateway.Present = true;

        Assert.Equal("completed", (await world.EndAsync(id)).State);
    }

    private static async Task<World> WithV1Async()
    {
        var world = new World();
        await world.StartAsync();
        Assert.Equal("completed", (await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")))).State);
        return world;
    }

    private static MetricBatch Measured(string revision, int requests, int errors)
    {
        var latency = new LatencyHistogram();
        latency.Record(0.01, requests);
        return new MetricBatch
        {
            Source = "gateway",
            Application = "shop",
            At = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1),
            Interval = TimeSpan.FromSeconds(1),
            Samples =
            [
                new MetricSample(MetricNames.Requests, revision, "", requests),
                new MetricSample(MetricNames.Errors, revision, "", errors),
                new MetricSample(MetricNames.Latency, revision, "", requests, latency),
            ],
        };
    }

    [Fact]
    public async Task A_tick_that_comes_after_the_end_leaves_nothing_behind()
    {
        await using var world = new World();
        await world.StartAsync();
        var rollout = await world.DeployAsync(Manifests.BlueGreen("v1"));
        await world.EndAsync(rollout);
        var tick = new AdvanceRollout { Application = "shop", At = world.Time.GetUtcNow(), CorrelationId = rollout, RequestedBy = "test", Reason = "late" };

        await world.SendAsync(tick);

        await World.UntilAsync("the tick was handled", async () => await CountAsync("SELECT COUNT(*) FROM inbox_state WHERE message_id IN (SELECT message_id FROM outbox_message WHERE type LIKE '%AdvanceRollout%')") > 0, () => "not handled");
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM saga"));

        Task<long> CountAsync(string sql) => world.Life!.Database.ReadAsync(reader => reader.FirstOrDefaultAsync<long>(sql));
    }
}
