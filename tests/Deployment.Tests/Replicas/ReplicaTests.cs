using Platform.Contracts.Deployments;
using Platform.Contracts.Replicas;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Replicas;

/// <summary>The reconciler in its module: what runs follows what is wanted, through crashes of either.</summary>
public sealed class ReplicaTests
{
    [Fact]
    public async Task A_replica_that_dies_is_replaced()
    {
        await using var world = await WithV1Async();
        var victim = world.Machine.Alive[0];

        world.Machine.Crash(victim);

        await world.UntilAsync("two run and are routed", () => world.Machine.Alive.Count == 2 && RoutedAlive(world) == 2);
        await world.UntilAsync("its end is told", () => world.EventsOf<ReplicaStopped>().Any(e => e.Replica == victim.Replica && !e.Expected && e.ExitCode == 134));
    }

    [Fact]
    public async Task A_sick_replica_is_replaced_before_it_leaves()
    {
        await using var world = await WithV1Async();
        var sick = world.Machine.Alive[0];

        sick.Healthy = false;

        await world.UntilAsync("it is gone", () => !sick.IsAlive);
        Assert.False(sick.StoppedWhileRouted);
        Assert.Equal(2, world.Machine.Alive.Count);
        Assert.All(world.Gateway.Applied.Where(t => t.Revisions.Any(r => r.Weight > 0)), t => Assert.True(t.Revisions.Sum(r => r.Replicas.Count) >= 2));
        await world.UntilAsync("its sickness is told", () => world.EventsOf<ReplicaUnhealthy>().Any(e => e.Replica == sick.Replica && e.Reason.Contains("503")));
    }

    [Fact]
    public async Task Scaling_down_waits_until_the_gateway_says_drained()
    {
        // Longer than any machine is too busy to look.
        await using var world = await WithV1Async(("Deployment:DrainSlack", "00:05:00"));
        await world.ScaleAsync(4);
        await world.UntilAsync("four are routed", () => RoutedAlive(world) == 4);
        foreach (var process in world.Machine.Alive) world.Gateway.Busy[process.Replica] = true;

        await world.ScaleAsync(2);
        await world.UntilAsync("two are routed", () => RoutedAlive(world) == 2);
        Assert.Equal(4, world.Machine.Alive.Count);
        world.Gateway.Busy.Clear();

        await world.UntilAsync("two run", () => world.Machine.Alive.Count == 2);
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
    }

    [Fact]
    public async Task A_replica_that_does_not_drain_is_stopped_after_the_longest_wait()
    {
        await using var world = await WithV1Async();
        await world.ScaleAsync(3);
        await world.UntilAsync("three are routed", () => RoutedAlive(world) == 3);
        foreach (var process in world.Machine.Alive) world.Gateway.Busy[process.Replica] = true;

        await world.ScaleAsync(2);

        await world.UntilAsync("two run", () => world.Machine.Alive.Count == 2);
    }

    [Fact]
    public async Task A_killed_service_takes_its_replicas_over_again()
    {
        await using var world = await WithV1Async();
        var before = world.Machine.Alive.Select(p => p.ProcessId).ToList();

        await world.KillAsync();
        await world.StartAsync();
        await world.ScaleAsync(3);
        await world.UntilAsync("three run", () => world.Machine.Alive.Count == 3 && RoutedAlive(world) == 3);

        Assert.Equal(before, world.Machine.Alive.Select(p => p.ProcessId).Take(2));
    }

    [Fact]
    public async Task A_replica_that_died_while_the_service_was_dead_is_replaced()
    {
        await using var world = await WithV1Async();
        await world.KillAsync();
        world.Machine.Crash(world.Machine.Alive[0]);

        await world.StartAsync();

        await world.UntilAsync("two run and are routed", () => world.Machine.Alive.Count == 2 && RoutedAlive(world) == 2);
    }

    [Fact]
    public async Task A_process_under_a_used_id_is_not_taken_for_the_replica_that_had_it()
    {
        await using var world = await WithV1Async();
        var victim = world.Machine.Alive[0];
        var other = world.Machine.Alive[1];
        await world.KillAsync();
        world.Machine.Crash(victim);
        // A child inherits its parent's environment, and so the very marker; the id came round again. Only the start time tells them apart.
        var impostor = world.Machine.Start(victim.Replica, "shop", victim.Revision, victim.Generation, victim.Owner, world.Machine.NextPort(), victim.ProcessId);

        await world.StartAsync();

        await world.UntilAsync("the impostor is stopped", () => !impostor.IsAlive);
        await world.UntilAsync("two run and are routed", () => world.Machine.Alive.Count == 2 && RoutedAlive(world) == 2);
        Assert.True(other.IsAlive);
    }

    [Fact]
    public async Task A_process_that_no_record_wants_is_stopped()
    {
        await using var world = await WithV1Async();
        var owner = world.Machine.Alive[0].Owner;
        var orphan = world.Machine.Start("shop-v0-orphan", "shop", "v0", 1, owner, world.Machine.NextPort());
        var stranger = world.Machine.Start("else-v0-1", "else", "v0", 1, "somebody else", world.Machine.NextPort());

        await world.UntilAsync("the orphan is gone", () => !orphan.IsAlive);

        Assert.True(stranger.IsAlive);
        Assert.Equal(3, world.Machine.Alive.Count);
    }

    [Fact]
    public async Task A_second_instance_does_not_act_until_the_first_is_dead()
    {
        // On a busy machine the first would lose a short lease while it lives, which is not what this is about.
        await using var world = await WithV1Async(("Deployment:Lease", "00:00:10"));
        var second = await world.BeginAsync();
        try
        {
            await world.UntilAsync("it stands by", () => second.Leadership.WaitingFor?.Contains("another") == true);
            await world.KillAsync();

            await world.UntilAsync("it acts", () => second.Leadership.WaitingFor is null);
            world.Machine.Crash(world.Machine.Alive[0]);
            await world.UntilAsync("two run and are routed", () => world.Machine.Alive.Count == 2 && RoutedAlive(world) == 2);
        }
        finally
        {
            await second.KillAsync();
        }
    }

    [Fact]
    public async Task A_removed_application_leaves_no_process_and_no_route()
    {
        await using var world = await WithV1Async();

        await world.SendAsync(new RemoveApplication
        {
            Application = "shop",
            At = world.Time.GetUtcNow(),
            CorrelationId = Guid.NewGuid(),
            RequestedBy = "test",
            Reason = "over",
        });

        await world.UntilAsync("its removal is told", () => world.EventsOf<ApplicationRemoved>().Count == 1);
        Assert.Empty(world.Machine.Alive);
        Assert.Null(world.Gateway.Table("shop"));
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
    }

    [Fact]
    public async Task An_application_in_a_crash_loop_is_started_ever_more_slowly_and_disturbs_no_other()
    {
        await using var world = await WithV1Async();
        world.Machine.Of("v1").ExitsWith = 1;
        foreach (var process in world.Machine.Alive) world.Machine.Crash(process);

        Assert.Equal("completed", (await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("w1", application: "other"), "other"))).State);

        var failed = world.Machine.All.Count(p => p.Revision == "v1");
        Assert.InRange(failed, 2, 12);
    }

    [Fact]
    public async Task Replicas_end_with_the_service_when_they_are_to()
    {
        await using var world = await WithV1Async();
        world.Settings["Deployment:StopReplicasOnShutdown"] = "true";
        await world.KillAsync();
        var life = await world.StartAsync();
        await world.UntilAsync("it acts", () => life.Leadership.WaitingFor is null);

        await world.StopAsync();

        Assert.Empty(world.Machine.Alive);
    }

    private static int RoutedAlive(World world) =>
        world.Gateway.Table("shop")?.Revisions.SelectMany(r => r.Replicas).Count(r => world.Machine.Alive.Any(p => p.Replica == r.Id)) ?? 0;

    private static async Task<World> WithV1Async(params IEnumerable<(string Key, string Value)> settings)
    {
        var world = new World();
        foreach (var (key, value) in settings) world.Settings[key] = value;
        await world.StartAsync();
        Assert.Equal("completed", (await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")))).State);
        return world;
    }
}
