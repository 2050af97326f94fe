using Platform.Contracts.Deployments;
using Platform.Contracts.Scaling;

namespace Platform.Reliability.Simulation;

/// <summary>A course of things that begins where another one came to rest.</summary>
/// <param name="Name">As written on a command line.</param>
/// <param name="After">The scenario before; null: an empty world.</param>
/// <param name="Script">What is asked of the service and what happens on the machine.</param>
internal sealed record Scenario(string Name, Scenario? After, Func<Play, Task> Script)
{
    public static Scenario First { get; } = new("first", null, play => play.SendAsync(Deploy("v1", "blueGreen, watch: 2s")));

    public static Scenario BlueGreen { get; } = new("blueGreen", First, play => play.SendAsync(Deploy("v2", "blueGreen, watch: 2s")));

    public static Scenario RolledBack { get; } = new("rolledBack", BlueGreen, play => play.SendAsync(Deploy(Play.Broken, "blueGreen, watch: 4s")));

    public static Scenario Rolling { get; } = new("rolling", BlueGreen, play => play.SendAsync(Deploy("v4", "rolling, maxSurge: 1, maxUnavailable: 0, watch: 1s")));

    public static Scenario Canary { get; } = new("canary", BlueGreen, play => play.SendAsync(
        Deploy("v8", "canary, steps: [10, { weight: 50, replicas: 1, mirror: 10, pause: 1s }, 100], stepDuration: 1s, watch: 1s, sticky: true, scaleDownDelay: 3s")));

    public static Scenario Experiment { get; } = new("experiment", First, play => play.SendAsync(Deploy("v9", "experiment, experiment: { weight: 10, duration: 2s }, watch: 1s")));

    /// <summary>Back to a revision that served lately: at once.</summary>
    public static Scenario Returned { get; } = new("returned", BlueGreen, play => play.SendAsync(new RollBackApplication
    {
        Application = "shop",
        At = DateTimeOffset.UnixEpoch,
        CorrelationId = Guid.NewGuid(),
        RequestedBy = "test",
        Reason = "go back",
    }));

    /// <summary>Seen in preview, held, let go, approved by hand and promoted.</summary>
    public static Scenario Handled { get; } = new("handled", First, async play =>
    {
        var deploy = Deploy("v10", "blueGreen, autoPromotion: false, watch: 1s, approval: required");
        await play.SendAsync(deploy);
        await play.UntilAsync("it asked", () => play.Outside.Value<string>("SELECT message FROM rollouts WHERE id = @id", new { id = deploy.CorrelationId.ToString() })?.Contains("approve", StringComparison.Ordinal) ?? false);
        await play.SendAsync(new PauseRollout { Application = "shop", At = DateTimeOffset.UnixEpoch, CorrelationId = deploy.CorrelationId, RequestedBy = "test", Reason = "wait" });
        await play.SendAsync(new ApproveRollout { Application = "shop", At = DateTimeOffset.UnixEpoch, CorrelationId = deploy.CorrelationId, RequestedBy = "test", Reason = "yes" });
        await play.UntilAsync("it is held", () => play.Outside.Value<string>("SELECT message FROM rollouts WHERE id = @id", new { id = deploy.CorrelationId.ToString() })?.Contains("paused", StringComparison.Ordinal) ?? false);
        await play.SendAsync(new ResumeRollout { Application = "shop", At = DateTimeOffset.UnixEpoch, CorrelationId = deploy.CorrelationId, RequestedBy = "test", Reason = "go on" });
        await play.SendAsync(new PromoteRollout { Application = "shop", At = DateTimeOffset.UnixEpoch, CorrelationId = deploy.CorrelationId, RequestedBy = "test", Reason = "good", Fully = true });
    });

    /// <summary>Up, and down again with requests under way to the replica that leaves.</summary>
    public static Scenario Scaled { get; } = new("scaled", First, async play =>
    {
        await play.SendAsync(Scale(4));
        await play.RestAsync();
        foreach (var process in play.World.Machine.Alive) play.World.Gateway.Busy[process.Replica] = true;
        await play.SendAsync(Scale(2));
        var begun = play.Clock.GetUtcNow();
        await play.UntilAsync("the requests were over", () => play.Clock.GetUtcNow() >= begun + TimeSpan.FromSeconds(4));
        play.World.Gateway.Busy.Clear();
    });

    /// <summary>To no replica at all, and then another revision, which takes over whatever comes.</summary>
    public static Scenario FromRest { get; } = new("fromRest", First, async play =>
    {
        await play.SendAsync(Deploy("v18", "blueGreen, watch: 1s", min: 0));
        await play.RestAsync();
        await play.SendAsync(Scale(0));
        await play.RestAsync();
        await play.SendAsync(Deploy("v19", "canary, steps: [10, 100], stepDuration: 1s, watch: 1s", min: 0));
    });

    /// <summary>Up in the middle of a canary, and down again; both sets follow, and the rollout goes on.</summary>
    public static Scenario ScaledCanary { get; } = new("scaledCanary", First, async play =>
    {
        var canary = Deploy("v11", "canary, steps: [10, 50, 100], stepDuration: 3s, watch: 1s");
        await play.SendAsync(canary);
        await WatchedOrOverAsync(play, canary);
        await play.SendAsync(Scale(5));
        await play.UntilAsync("it was divided", () => play.Outside.Value<long>("SELECT COUNT(*) FROM rollout_steps WHERE step = 'scale'") > 0);
        await play.SendAsync(Scale(3));
    });

    /// <summary>A number that comes while a rolling update goes on, at whatever moment.</summary>
    public static Scenario ScaledRolling { get; } = new("scaledRolling", First, async play =>
    {
        await play.SendAsync(Deploy("v12", "rolling, maxSurge: 1, maxUnavailable: 0, watch: 1s"));
        await play.SendAsync(Scale(4));
    });

    /// <summary>A process dies, and its id goes to somebody else's.</summary>
    public static Scenario Crashed { get; } = new("crashed", First, play =>
    {
        var machine = play.World.Machine;
        var victim = machine.Alive.First(p => p.Application == "shop");
        machine.Crash(victim);
        machine.Start("stranger-v1-11111111", "stranger", "v1", 1, "another platform", machine.NextPort(), victim.ProcessId);
        return play.UntilAsync("the crash was noticed", () => play.Outside.Value<string>("SELECT state FROM replicas WHERE id = @Replica", new { victim.Replica }) == "failed");
    });

    /// <summary>Given up in the middle, with another rollout waiting behind it.</summary>
    public static Scenario Aborted { get; } = new("aborted", First, async play =>
    {
        var given = Deploy("v5", "blueGreen, watch: 1m");
        await play.SendAsync(given);
        await play.SendAsync(Deploy("v6", "blueGreen, watch: 1s"));
        await WatchedOrOverAsync(play, given);
        await play.SendAsync(new AbortRollout { Application = "shop", At = play.Clock.GetUtcNow(), CorrelationId = given.CorrelationId, RequestedBy = "test", Reason = "enough" });
    });

    /// <summary>Given up when a part of the old set has gone, which has to be brought back first.</summary>
    public static Scenario RollingAborted { get; } = new("rollingAborted", First, async play =>
    {
        var given = Deploy("v14", "rolling, maxSurge: 1, maxUnavailable: 0, watch: 1m");
        await play.SendAsync(given);
        await WatchedOrOverAsync(play, given);
        await play.SendAsync(new AbortRollout { Application = "shop", At = play.Clock.GetUtcNow(), CorrelationId = given.CorrelationId, RequestedBy = "test", Reason = "enough" });
    });

    /// <summary>A revision that ends right after its start.</summary>
    public static Scenario Failed { get; } = new("failed", First, play =>
    {
        play.World.Machine.Of("v13").ExitsWith = 3;
        return play.SendAsync(Deploy("v13", "blueGreen, watch: 1s"));
    });

    /// <summary>The gateway does not answer for a while.</summary>
    public static Scenario GatewayAway { get; } = new("gatewayAway", First, async play =>
    {
        play.World.Gateway.Present = false;
        await play.SendAsync(Deploy("v7", "blueGreen, watch: 1s"));
        var begun = play.Clock.GetUtcNow();
        await play.UntilAsync("the gateway was gone for a while", () => play.Clock.GetUtcNow() >= begun + TimeSpan.FromSeconds(8));
        play.World.Gateway.Present = true;
    });

    /// <summary>Migrated, checked and told on the way: every job ends well.</summary>
    public static Scenario Prepared { get; } = new("prepared", First, play => play.SendAsync(Deploy("v17", "blueGreen, watch: 1s", "{ prepare: { command: [migrate], undo: { command: [migrate, down] } }, tests: { command: [test] }, hooks: [ { after: shift, command: [tell] }, { after: watch, command: [tell] } ] }")));

    /// <summary>A hook fails when there is traffic already: it goes back, and what was done is undone.</summary>
    public static Scenario Undone { get; } = new("undone", First, play =>
    {
        play.World.Machine.OfJob("hook 1 after watch").ExitsWith = 3;
        return play.SendAsync(Deploy("v15", "blueGreen, watch: 1s", "{ prepare: { command: [migrate], undo: { command: [migrate, down] } }, tests: { command: [test], undo: { command: [tidy] } }, hooks: [ { after: watch, command: [fail] } ] }"));
    });

    /// <summary>A job hangs, and is ended by its time limit.</summary>
    public static Scenario Hung { get; } = new("hung", First, play =>
    {
        play.World.Machine.OfJob("hook 1 before shift").ExitsWith = null;
        return play.SendAsync(Deploy("v16", "blueGreen, watch: 1s", "{ prepare: { command: [migrate], undo: { command: [migrate, down] } }, hooks: [ { before: shift, command: [wait], timeLimit: 5s } ] }"));
    });

    public static IReadOnlyList<Scenario> All { get; } =
        [First, BlueGreen, RolledBack, Rolling, Canary, Experiment, Returned, Handled, Scaled, FromRest, ScaledCanary, ScaledRolling, Crashed, Aborted, RollingAborted, Failed, GatewayAway, Prepared, Undone, Hung];

    public override string ToString() => Name;

    public static Scenario Named(string name) => All.First(s => s.Name == name);

    /// <summary>It may be over before it is watched: its replicas may have died with the engine.</summary>
    private static Task WatchedOrOverAsync(Play play, DeployApplication deploy) => play.UntilAsync(
        "it was watched", () => play.Outside.Value<string>("SELECT state FROM rollouts WHERE id = @id", new { id = deploy.CorrelationId.ToString() }) is "watching" or "rollingBack" or "rolledBack" or "failed");

    private static DeployApplication Deploy(string revision, string rollout, string? pipeline = null, int min = 2) => new()
    {
        Application = "shop",
        At = DateTimeOffset.UnixEpoch,
        CorrelationId = Guid.NewGuid(),
        RequestedBy = "test",
        Reason = $"ship {revision}",
        Revision = revision,
        Manifest = $$"""
            name: shop
            revision: {{revision}}
            runtime: process
            process: { command: ["app"] }
            health: { path: /health, interval: 1s, timeout: 1s, unhealthyAfter: 2, startupTimeout: 20s }
            scaling: { min: {{min}}, max: 10 }
            traffic: { drainTimeout: 5s }
            rollout: { strategy: {{rollout}}, analysis: { judge: {{(revision == Play.Broken ? "threshold" : "none")}}, errorRate: 5%, minRequests: 20 } }
            pipeline: {{pipeline ?? "{ }"}}
            """,
    };

    private static ScaleApplication Scale(int replicas) => new()
    {
        Application = "shop",
        At = DateTimeOffset.UnixEpoch,
        CorrelationId = Guid.NewGuid(),
        RequestedBy = "test",
        Reason = $"scale to {replicas}",
        Replicas = replicas,
    };
}
