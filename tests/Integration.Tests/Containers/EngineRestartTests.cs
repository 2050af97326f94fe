using System.Diagnostics;
using Platform.Integration.Tests.Split;
using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>
/// A real engine is ended, in order and by SIGKILL, in each stage of a rollout, and started again. Whatever the stage: the rollout completes or is rolled
/// back, and then two replicas of the one revision that serves run, those on record and no others.
/// </summary>
public abstract class EngineRestartTests(DockerEngine engine)
{
    /// <summary>What lasts too short to be met from outside (shifting takes milliseconds) is enumerated in virtual time: Reliability.Tests, EveryStateTests.</summary>
    private static readonly string[] Stages = ["starting", "shifting", "watching", "retiring", "rollingBack"];

    protected abstract Task<string> ImageAsync();

    /// <summary>True: the first stage's engine is killed, the second's ended in order, and so on; false: the other way round.</summary>
    protected abstract bool KillFirst { get; }

    [Fact]
    public async Task EngineIsRestartedInEachStage_TheRolloutEnds_AndWhatRunsIsWhatIsRecorded()
    {
        engine.SkipUnlessThere();
        var image = await ImageAsync();
        await using var platform = new RunningPlatform(engine, "docker");
        await platform.Process.StartAsync();
        await platform.EndsAsync(await platform.DeployAsync("v0", image), "completed");
        var serves = "v0";
        for (var i = 0; i < Stages.Length; i++)
        {
            var (revision, stage) = ($"v{i + 1}", Stages[i]);
            var rollout = await platform.DeployAsync(revision, image, "strategy: blueGreen, watch: 3s");
            var met = await MeetAsync(platform, rollout, stage);
            await RestartAsync(kill: i % 2 == 0 == KillFirst);

            var end = await platform.EndsAsync(rollout, null);
            Assert.True(end.State is "completed" or "rolledBack" or "failed", $"restarted while {met}: {end.State}: {end.Message}");
            if (end.State == "completed") serves = revision;
            var shop = await platform.SettledAsync(2);
            Assert.Equal(serves, shop.StableRevision);
            Assert.All(shop.Replicas, r => Assert.Equal(serves, r.Revision));
            await platform.HoldsAsync(
                // Asked anew each time: that the engine's end was theirs too, the platform may learn only now.
                async () => (await InstancesAsync()).SetEquals((await platform.SettledAsync(2)).Replicas.Select(r => r.Instance!)), $"after a restart while {met}: the engine runs what is recorded, and nothing else", TimeSpan.FromSeconds(60));
            var type = end.State switch { "completed" => "DeploymentCompleted", "rolledBack" => "DeploymentRolledBack", _ => "DeploymentFailed" };
            await platform.HoldsAsync(async () => await platform.EventsAsync(type, rollout) == 1, $"one {type} is in the event log", TimeSpan.FromSeconds(20));
        }

        await using var traffic = new SteadyTraffic(platform.Traffic, rate: 40);
        await platform.HoldsAsync(() => Task.FromResult(traffic.Answered > 20), "it serves", TimeSpan.FromSeconds(20));
        await traffic.EndAsync();
        Assert.Empty(traffic.Failures);
        Assert.Equal(0, await platform.Process.StopAsync());
        Assert.Empty(await InstancesAsync());
    }

    private async Task<string> MeetAsync(RunningPlatform platform, Guid rollout, string stage)
    {
        var since = Stopwatch.GetTimestamp();
        for (var aborted = false; ;)
        {
            var now = await platform.RolloutAsync(rollout);
            if (now is not null && (now.State == stage || now.EndedAt is not null || (stage == "shifting" && now.State == "watching"))) return now.State;
            if (stage == "rollingBack" && !aborted && now?.State == "watching")
            {
                await platform.AbortAsync(rollout);
                aborted = true;
            }

            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60), $"{stage} was never met: {now?.State}: {now?.Message}");
            await Task.Delay(2);
        }
    }

    private async Task RestartAsync(bool kill)
    {
        if (kill) await engine.KillAsync();
        else await engine.EndAsync();
        await engine.StartAsync();
    }

    private async Task<HashSet<string>> InstancesAsync() =>
        [.. (await engine.DockerAsync("ps", "--all", "--quiet", "--no-trunc", "--filter", "label=dev.platform.application=shop")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
}

/// <summary>An engine whose containers go on while it is away.</summary>
[Collection(Engine.Name)]
public sealed class LiveRestoreRestartTests(ServiceImages engine) : EngineRestartTests(engine)
{
    protected override bool KillFirst => true;

    protected override Task<string> ImageAsync() => engine.ChildImageAsync();
}

/// <summary>An engine, as it comes, whose containers end with it.</summary>
public sealed class PlainRestartTests(PlainEngine engine) : EngineRestartTests(engine), IClassFixture<PlainEngine>
{
    protected override bool KillFirst => false;

    protected override Task<string> ImageAsync() => ChildImage.BuildAsync(engine);
}

/// <summary>Without live-restore, with the base image.</summary>
public sealed class PlainEngine : DockerEngine, IAsyncLifetime
{
    protected override bool LiveRestore => false;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is null) await ChildImage.ImportBaseAsync(this);
    }
}
