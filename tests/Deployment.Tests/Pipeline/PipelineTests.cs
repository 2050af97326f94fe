using System.Net;
using Platform.Deployment.Pipeline;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Pipeline;

/// <summary>A rollout's jobs in its module: what runs in which order, and what a failure leaves.</summary>
public sealed class PipelineTests
{
    [Fact]
    public async Task Jobs_run_in_their_order_and_each_is_a_step_of_the_history()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Manifest("v2", """
            prepare: { command: ["migrate"], undo: { command: ["migrate", "down"] } }
            tests: { command: ["test"] }
            hooks:
              - { after: shift, command: ["tell"] }
              - { before: prepare, command: ["ask"] }
            """));
        Assert.Equal("completed", (await world.EndAsync(id)).State);

        Assert.Equal(["hook 2 before prepare", "prepare", "tests", "hook 1 after shift"], world.Machine.Jobs);
        Assert.Equal(
            ["plan", "hook 2 before prepare", "prepare", "pipeline", "tests", "start", "hook 1 after shift", "shift", "watch", "clean up", "retire"],
            (await world.StepsAsync(id)).Select(s => s.Step));
        Assert.Equal("skipped", (await JobsAsync(world, id)).Single(j => j.Name == "undo prepare").State);
        Assert.All(world.Machine.Alive, p => Assert.Equal("v2", p.Revision));
    }

    [Fact]
    public async Task A_prepare_that_fails_starts_nothing_and_is_undone()
    {
        await using var world = await WithV1Async();
        world.Machine.OfJob("prepare").ExitsWith = 3;
        var before = world.Gateway.Applied.Count;

        var id = await world.DeployAsync(Manifest("v2", """
            prepare: { command: ["migrate"], undo: { command: ["migrate", "down"] } }
            """));
        var end = await world.EndAsync(id);

        Assert.Equal("failed", end.State);
        Assert.Contains("prepare failed: exited with code 3; its last lines: starting | ready", end.Message);
        Assert.Equal(["prepare", "undo prepare"], world.Machine.Jobs);
        Assert.DoesNotContain(world.Machine.All, p => p.Revision == "v2");
        Untouched(world, before);
    }

    [Fact]
    public async Task Tests_that_fail_keep_the_traffic_where_it_was_and_undo_what_was_prepared()
    {
        await using var world = await WithV1Async();
        world.Machine.OfJob("tests").ExitsWith = 1;
        var before = world.Gateway.Applied.Count;

        var id = await world.DeployAsync(Manifest("v2", """
            prepare: { command: ["migrate"], undo: { command: ["migrate", "down"] } }
            tests: { command: ["test"], undo: { command: ["tidy"] } }
            """));
        var end = await world.EndAsync(id);

        Assert.Equal("failed", end.State);
        Assert.Contains("tests failed", end.Message);
        Assert.Equal(["prepare", "tests", "undo tests", "undo prepare"], world.Machine.Jobs);
        Assert.DoesNotContain(world.Gateway.Applied, t => t.Revisions.Any(r => r.Revision == "v2" && r.Weight > 0));
        Untouched(world, before);
        // Nothing of the new code ran any more when its migration was taken back.
        var undo = world.Machine.All.First(p => p.Revision == "job undo prepare");
        Assert.All(world.Machine.All.Where(p => p.Revision == "v2"), p => Assert.True(p.StartTime < undo.StartTime && !p.IsAlive));
    }

    [Fact]
    public async Task A_job_that_hangs_is_stopped_at_its_time_limit()
    {
        await using var world = await WithV1Async();
        world.Machine.OfJob("hook 1 before shift").ExitsWith = null;

        var id = await world.DeployAsync(Manifest("v2", """
            hooks: [ { before: shift, command: ["wait"], timeLimit: 1s } ]
            """));
        var end = await world.EndAsync(id);

        Assert.Equal("failed", end.State);
        Assert.Contains("hook 1 before shift failed: did not end within 1s and was stopped", end.Message);
        Assert.All(world.Machine.Alive, p => Assert.Equal("v1", p.Revision));
    }

    [Fact]
    public async Task A_hook_whose_failure_is_ignored_does_not_hold_the_rollout_up()
    {
        await using var world = await WithV1Async();
        world.Machine.OfJob("hook 1 before start").ExitsWith = 9;

        var id = await world.DeployAsync(Manifest("v2", """
            hooks: [ { before: start, command: ["tell"], onFailure: ignore } ]
            """));

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        Assert.Equal("failed", (await JobsAsync(world, id))[0].State);
        Assert.Contains("it is optional", (await world.StepsAsync(id)).Single(s => s.Step == "hook 1 before start").Message);
    }

    [Fact]
    public async Task An_abort_stops_the_job_that_runs()
    {
        await using var world = await WithV1Async();
        world.Machine.OfJob("prepare").ExitsWith = null;
        var id = await world.DeployAsync(Manifest("v2", """
            prepare: { command: ["migrate"], undo: { command: ["migrate", "down"] } }
            tests: { command: ["test"] }
            """));
        await world.UntilAsync("it runs", () => world.Machine.Alive.Any(p => p.Revision == "job prepare"));

        await world.AbortAsync(id);
        var end = await world.EndAsync(id);

        Assert.Equal("failed", end.State);
        Assert.Equal(["stopped", "skipped", "skipped", "succeeded"], (await JobsAsync(world, id)).Select(j => j.State));
        Assert.All(world.Machine.Alive, p => Assert.Equal("v1", p.Revision));
    }

    [Fact]
    public async Task A_job_that_a_crash_cut_off_is_ended_and_begun_again()
    {
        await using var world = await WithV1Async();
        world.Machine.OfJob("prepare").ExitsWith = null;
        var id = await world.DeployAsync(Manifest("v2", """
            prepare: { command: ["migrate"] }
            """));
        await world.UntilAsync("it runs", () => world.Machine.Alive.Any(p => p.Revision == "job prepare"));
        await world.KillAsync();
        var left = world.Machine.Alive.Single(p => p.Revision == "job prepare");
        world.Machine.OfJob("prepare").ExitsWith = 0;

        await world.StartAsync();

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        Assert.False(left.IsAlive);
        Assert.Equal(["prepare", "prepare"], world.Machine.Jobs);
        Assert.Equal(2, (await JobsAsync(world, id))[0].Attempt);
        Assert.Single(await world.StepsAsync(id), s => s.Step == "prepare");
    }

    [Fact]
    public async Task A_request_that_is_refused_stands_in_the_failure_with_status_and_body()
    {
        await using var receiver = await Receiver.StartAsync(HttpStatusCode.InternalServerError, "change window closed");
        await using var world = await WithV1Async(("Pipeline:Allow:0", "127.0.0.0/8"));

        var end = await world.EndAsync(await world.DeployAsync(Manifest("v2", $$"""
            hooks: [ { before: shift, http: "{{receiver.Address}}" } ]
            """)));

        Assert.Equal("failed", end.State);
        Assert.Contains("answered 500: change window closed", end.Message);
        Assert.Contains("\"revision\":\"v2\"", receiver.Bodies.Single());
        Assert.Contains("\"step\":\"shift\"", receiver.Bodies.Single());
    }

    [Fact]
    public async Task A_request_to_an_address_that_is_not_public_is_refused()
    {
        await using var receiver = await Receiver.StartAsync(HttpStatusCode.OK, "");
        await using var world = await WithV1Async();

        var end = await world.EndAsync(await world.DeployAsync(Manifest("v2", $$"""
            hooks: [ { before: start, http: "{{receiver.Address}}" } ]
            """)));

        Assert.Equal("failed", end.State);
        Assert.Contains("Pipeline:Allow", end.Message);
        Assert.Empty(receiver.Bodies);
    }

    private static Task<IReadOnlyList<JobRow>> JobsAsync(World world, Guid id) => world.Life!.Database.ReadAsync(reader => reader.JobsAsync(id));

    private static void Untouched(World world, int tables)
    {
        Assert.Equal(2, world.Machine.Alive.Count(p => p.Revision == "v1"));
        Assert.Equal(2, world.Machine.All.Count(p => p.Revision == "v1"));
        Assert.All(world.Gateway.Applied.Skip(tables), t => Assert.Equal(2, t.Revisions.Single(r => r.Revision == "v1" && r.Weight > 0).Replicas.Count));
    }

    private static async Task<World> WithV1Async(params (string Key, string Value)[] settings)
    {
        var world = new World();
        foreach (var (key, value) in settings) world.Settings[key] = value;
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));
        return world;
    }

    private static string Manifest(string revision, string pipeline) =>
        Manifests.BlueGreen(revision) + "\npipeline:\n" + string.Join('\n', pipeline.Split('\n').Select(l => "  " + l)) + "\n";
}
