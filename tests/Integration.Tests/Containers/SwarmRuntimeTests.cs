using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Swarm;

namespace Platform.Integration.Tests.Containers;

/// <summary>The swarm runtime on a real Swarm of one node.</summary>
[Collection(Swarm.Name)]
public sealed class SwarmRuntimeTests(SwarmImages swarm) : ContainerRuntimeContract(swarm, RuntimeNames.Swarm)
{
    protected override Task<string> ImageAsync() => swarm.ChildImageAsync();

    protected override IReplicaRuntime CreateRuntime(IEffects? effects = null) => new SwarmRuntime(
        Client(), effects ?? Effects, NoSecrets, TimeProvider.System, Options, NullLogger<SwarmRuntime>.Instance);

    protected override async Task<int> LeftAsync() => (await ServicesAsync()).Count;

    [Fact]
    public async Task StartAsync_AnUnknownImage_SaysSoAndLeavesNothing()
    {
        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(ManifestOf(new DockerSpec { Image = "127.0.0.1:1/no/such-image:v1" })), Cancelled));

        Assert.Contains("No such image: 127.0.0.1:1/no/such-image:v1", error.Message, StringComparison.Ordinal);
        Assert.Empty(await ServicesAsync());
    }

    [Fact]
    public async Task StartAsync_ANetworkThatIsNotThere_SaysSoAndLeavesNothing()
    {
        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(ManifestOf(ManifestFor(["serve"]).Docker! with { Network = "nowhere" })), Cancelled));

        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
        Assert.Empty(await ServicesAsync());
    }

    [Fact]
    public async Task StartAndStop_PassTheEffectsGate()
    {
        var handle = await ServingAsync(["stubborn"]);
        await Runtime.StopAsync(handle, TimeSpan.FromMilliseconds(100), Cancelled);

        Assert.Equal(
            [$"ProcessStart {handle.Id}", $"ProcessSignal {handle.Id} SIGTERM", $"ProcessSignal {handle.Id} SIGKILL", $"ProcessSignal {handle.Id} remove"],
            Effects.Seen);
    }

    [Fact]
    public async Task AnyEnd_LeavesNoServiceAndStartsNothingAgain()
    {
        var handle = await StartAsync(["crash", "1"]);
        Assert.Equal(1, (await Runtime.WaitForExitAsync(handle, Cancelled)).ExitCode);

        await UntilAsync(async () => (await ServicesAsync()).Count == 0);
        Assert.Empty(await Runtime.FindAsync(Owner, Cancelled));
    }

    [Fact]
    public async Task AReplica_IsNoneOfTheDockerRuntimes()
    {
        var handle = await ServingAsync(["serve"]);
        using var docker = new DockerRuntime(
            Client(), Effects, NoSecrets, TimeProvider.System, Options, NullLogger<DockerRuntime>.Instance);

        Assert.Empty(await docker.FindAsync(Owner, Cancelled));
        Assert.True(await Runtime.IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task AnEngineThatDies_TakesItsReplicasWithIt_AndThatIsNoticed()
    {
        var handle = await ServingAsync(["serve"]);
        var exit = Runtime.WaitForExitAsync(handle, Cancelled);

        await swarm.KillAsync();
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => Runtime.IsAliveAsync(handle, Cancelled));
        await swarm.StartAsync();

        await exit.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        await UntilAsync(async () => (await FoundAsync()).Count == 0 && (await ServicesAsync()).Count == 0);
    }

    /// <summary>A manager that has just started has no answers for a moment.</summary>
    private async Task<IReadOnlyList<ReplicaHandle>> FoundAsync()
    {
        try
        {
            return await Runtime.FindAsync(Owner, Cancelled);
        }
        catch (RuntimeUnavailableException)
        {
            return [new ReplicaHandle { Id = "?", Application = "", Revision = "", Generation = 0, Instance = "?", Address = new Uri("http://127.0.0.1") }];
        }
    }

    private async Task<IReadOnlyList<string>> ServicesAsync() =>
        (await swarm.DockerAsync("service", "ls", "--quiet", "--filter", $"label=dev.platform.owner={Owner}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
