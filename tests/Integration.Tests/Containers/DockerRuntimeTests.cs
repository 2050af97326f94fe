using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Testing;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Containers;

/// <summary>The docker runtime on a real engine.</summary>
[Collection(Engine.Name)]
public sealed class DockerRuntimeTests(ServiceImages engine) : ContainerRuntimeContract(engine, RuntimeNames.Docker)
{
    protected override Task<string> ImageAsync() => engine.ChildImageAsync();

    protected override IReplicaRuntime CreateRuntime(IEffects? effects = null) => new DockerRuntime(
        Client(), effects ?? Effects, NoSecrets, TimeProvider.System, Options, NullLogger<DockerRuntime>.Instance);

    protected override async Task<int> LeftAsync() => (await ContainersAsync()).Count;

    [Fact]
    public async Task StartAsync_AnUnknownImage_SaysSoAndLeavesNothing()
    {
        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(ManifestOf(new DockerSpec { Image = "127.0.0.1:1/no/such-image:v1" })), Cancelled));

        Assert.Contains("'127.0.0.1:1/no/such-image:v1' is not on this machine and cannot be pulled: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(await ContainersAsync());
    }

    [Fact]
    public async Task StartAsync_ACommandThatIsNotThere_EndsAsAShellWouldAndSaysSoInItsLog()
    {
        // The first process in the container is the engine's init; it is that which does not find the program.
        var handle = await Runtime.StartAsync(Spec(ManifestOf(new DockerSpec { Image = ServiceImages.BaseImage, Command = ["no-such-program"] })), Cancelled);

        Assert.Equal(127, (await Runtime.WaitForExitAsync(handle, Cancelled)).ExitCode);
        Assert.Contains(await LinesAsync(handle.Id), line => line.Contains("no-such-program", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StartAsync_ANetworkThatIsNotThere_SaysSoAndLeavesNothing()
    {
        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(ManifestOf(ManifestFor(["serve"]).Docker! with { Network = "nowhere" })), Cancelled));

        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.Empty(await ContainersAsync());
    }

    [Fact]
    public async Task StartAsync_APortThatIsTaken_IsWorthAnotherTryAndLeavesNothing()
    {
        var spec = Spec(ManifestFor(["serve"]));
        using var listener = new TcpListener(IPAddress.Loopback, spec.Port);
        listener.Start();

        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(spec, Cancelled));

        Assert.True(error.IsTransient, error.Message);
        Assert.Empty(await ContainersAsync());
    }

    [Fact]
    public async Task StartAsync_AnUnknownSecret_SaysHowToAddItAndStartsNothing()
    {
        var manifest = ManifestFor(["serve"], env: new Dictionary<string, string> { ["DATABASE_PASSWORD"] = "secret://database" });

        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(manifest), Cancelled));

        Assert.Contains("docker.env.DATABASE_PASSWORD refers to the secret 'database', which does not exist", error.Message, StringComparison.Ordinal);
        Assert.Empty(Effects.Seen);
    }

    [Fact]
    public async Task StartAsync_AnImageWithAPortOfItsOwn_IsReachedAtTheAssignedOne()
    {
        var handle = await Runtime.StartAsync(Spec(ManifestFor(["serve"]) with { Port = 8080 }), Cancelled);

        await UntilAsync(async () => (await HealthAsync(handle)).IsHealthy);
        Assert.NotEqual(8080, handle.Address.Port);
        await Runtime.StopAsync(handle, TimeSpan.Zero, Cancelled);
    }

    [Fact]
    public async Task StartAsync_AsTheManifestSays_RunsUnprivilegedAndWithinItsLimits()
    {
        var docker = ManifestFor(["serve"]).Docker! with { User = "10001:10001", ReadOnly = true };
        var handle = await Runtime.StartAsync(Spec(ManifestOf(docker, new ResourceSpec { Cpu = 0.25, MemoryBytes = 128L << 20 })), Cancelled);

        await UntilAsync(async () => (await HealthAsync(handle)).IsHealthy);
        var made = await engine.DockerAsync(
            "inspect", "--format", "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.SecurityOpt}} {{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}", handle.Instance);
        Assert.Equal("10001:10001 true [no-new-privileges:true] 250000000 134217728 no", made);
        await Runtime.StopAsync(handle, TimeSpan.Zero, Cancelled);
    }

    [Fact]
    public async Task StartAndStop_PassTheEffectsGate()
    {
        var handle = await ServingAsync(["stubborn"]);
        await Runtime.StopAsync(handle, TimeSpan.FromMilliseconds(100), Cancelled);

        Assert.Equal(
            [$"ProcessStart {handle.Id} create", $"ProcessStart {handle.Id}", $"ProcessSignal {handle.Id} SIGTERM", $"ProcessSignal {handle.Id} SIGKILL", $"ProcessSignal {handle.Id} remove"],
            Effects.Seen);
    }

    [Fact]
    public async Task AnyEnd_LeavesNoContainer()
    {
        var handle = await StartAsync(["crash", "1"]);
        await Runtime.WaitForExitAsync(handle, Cancelled);

        await UntilAsync(async () => (await ContainersAsync()).Count == 0);
    }

    [Fact]
    public async Task FindAsync_AContainerWhoseStartWasCutOff_IsRemoved()
    {
        await engine.DockerAsync("create", "--label", $"dev.platform.owner={Owner}", "--label", "dev.platform.replica=shop-v1-cut", "--label", "dev.platform.generation=3", "--label", "dev.platform.runtime=docker", Image, "serve");

        Assert.Empty(await Runtime.FindAsync(Owner, Cancelled));
        Assert.Empty(await ContainersAsync());
    }

    [Fact]
    public async Task AReplicasProcess_IsNotTakenForOneOfTheProcessRuntimes()
    {
        // The processes of a container are processes of this machine, with the replica's whole environment.
        var handle = await ServingAsync(["serve"]);
        using var processes = new ProcessRuntime(Effects, NoSecrets, TimeProvider.System, new ProcessRuntimeOptions(), NullLogger<ProcessRuntime>.Instance);

        Assert.Empty(await processes.FindAsync(Owner, Cancelled));
        Assert.True(await Runtime.IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task AReplica_WhosePlatformIsGone_IsAdoptedWithItsWholeLog()
    {
        var handle = await StartAsync(["chat", "500"]);
        await UntilAsync(async () => (await LinesAsync(handle.Id, 1)).SequenceEqual(["line 499"]));
        ((IDisposable)Runtime).Dispose();

        var next = NextRun();
        Assert.Equal(handle, Assert.Single(await next.FindAsync(Owner, Cancelled)));

        await UntilAsync(async () => (await LinesAsync(handle.Id)).SequenceEqual(Enumerable.Range(0, 500).Select(i => $"line {i}")));
        await next.StopAsync(handle, TimeSpan.Zero, Cancelled);
        Assert.Empty(await ContainersAsync());
    }

    [Fact]
    public async Task AReplicaThatEnded_WhileNobodyLooked_TellsItsExitCodeAndItsOutput()
    {
        var handle = await StartAsync(["print"]);
        ((IDisposable)Runtime).Dispose();
        await UntilAsync(async () => await engine.DockerAsync("ps", "--quiet", "--filter", $"label=dev.platform.owner={Owner}") == "");

        var next = NextRun();
        Assert.Empty(await next.FindAsync(Owner, Cancelled));
        Assert.Equal(0, (await next.WaitForExitAsync(handle, Cancelled)).ExitCode);
        Assert.Contains("to the error stream", await LinesAsync(handle.Id));
        await UntilAsync(async () => (await ContainersAsync()).Count == 0);
    }

    [Fact]
    public async Task AnEngineThatDies_IsOutlivedByItsReplicas()
    {
        var handle = await ServingAsync(["serve"]);
        var exit = Runtime.WaitForExitAsync(handle, Cancelled);

        await engine.KillAsync();
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => Runtime.IsAliveAsync(handle, Cancelled));
        var refused = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(ManifestFor(["serve"])), Cancelled));
        Assert.True(refused.IsTransient);
        Assert.Contains("does not answer", refused.Message, StringComparison.Ordinal);
        await engine.StartAsync();

        Assert.True(await Runtime.IsAliveAsync(handle, Cancelled));
        Assert.Equal(handle, Assert.Single(await Runtime.FindAsync(Owner, Cancelled)));
        await UntilAsync(async () => (await HealthAsync(handle)).IsHealthy);
        Assert.False(exit.IsCompleted);
        await Runtime.StopAsync(handle, TimeSpan.FromSeconds(20), Cancelled);
        Assert.Equal(new ExitStatus(0, null), await exit);
        Assert.Single(await LinesAsync(handle.Id), line => line == "serving");
    }

    [Fact]
    public async Task AReplicaThatDiesWithItsEngine_IsNoticedWhenThatIsBack()
    {
        var handle = await ServingAsync(["serve"]);
        var exit = Runtime.WaitForExitAsync(handle, Cancelled);
        var process = await engine.DockerAsync("inspect", "--format", "{{.State.Pid}}", handle.Instance);

        await engine.KillAsync();
        await Command.RunAsync("kill", "-KILL", process);
        await engine.StartAsync();

        await exit.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        Assert.Empty(await Runtime.FindAsync(Owner, Cancelled));
        await UntilAsync(async () => (await ContainersAsync()).Count == 0);
    }

    private async Task<IReadOnlyList<string>> ContainersAsync() =>
        (await engine.DockerAsync("ps", "--all", "--quiet", "--filter", $"label=dev.platform.owner={Owner}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
