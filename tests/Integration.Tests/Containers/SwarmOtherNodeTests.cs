using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Testing;
using Platform.Workloads.Health;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Processes;
using Platform.Workloads.Runtimes.Swarm;
using Platform.Workloads.Secrets;

namespace Platform.Integration.Tests.Containers;

/// <summary>Replicas on another node than the manager that is asked.</summary>
[Collection(Swarm.Name)]
public sealed class SwarmOtherNodeTests(SwarmPair swarm) : IClassFixture<SwarmPair>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FreePorts _ports = new();
    private readonly HealthProbe _probe = new(TimeProvider.System);
    private readonly string _owner = "o-" + Guid.NewGuid().ToString("N")[..12];
    private readonly List<SwarmRuntime> _runtimes = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        swarm.SkipUnlessThere();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var runtime in _runtimes) runtime.Dispose();
        _probe.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task AReplicaElsewhere_IsReachedFoundByAnotherRunAndStoppedGracefully()
    {
        var runtime = Create();
        var handle = await runtime.StartAsync(Spec("serve"), Cancelled);
        await HealthyAsync(handle);
        Assert.Single(await WorkersAsync());
        runtime.Dispose();

        var next = Create();
        Assert.Equal(handle, Assert.Single(await next.FindAsync(_owner, Cancelled)));
        Assert.Null(await next.UsageAsync(handle, Cancelled));
        var exit = next.WaitForExitAsync(handle, Cancelled);
        await next.StopAsync(handle, TimeSpan.FromSeconds(10), Cancelled);

        // The Swarm forgets an ended task that nobody wants within moments: its code is heard or missed. It was not killed, in any case.
        Assert.True(await exit is { ExitCode: 0 } or { ExitCode: null, Signal: null });
        Assert.False(await next.IsAliveAsync(handle, Cancelled));
        Assert.Empty(await next.FindAsync(_owner, Cancelled));
        await Eventually.HoldsAsync(async () => (await WorkersAsync()).Count == 0, "its container is gone");
    }

    [Fact]
    public async Task AReplicaElsewhere_ThatCrashes_TellsItsExitCode()
    {
        var runtime = Create();
        var handle = await runtime.StartAsync(Spec("crash", "42"), Cancelled);

        Assert.Equal(42, (await runtime.WaitForExitAsync(handle, Cancelled)).ExitCode);
        await Eventually.HoldsAsync(async () => (await swarm.DockerAsync("service", "ls", "--quiet")).Length == 0, "its service is gone");
    }

    [Fact]
    public async Task AReplicaElsewhere_WhoseNodeIsLost_CountsAsEndedSoThatAnotherTakesItsPlace()
    {
        var runtime = Create();
        var handle = await runtime.StartAsync(Spec("serve"), Cancelled);
        var exit = runtime.WaitForExitAsync(handle, Cancelled);

        await swarm.Worker.KillAsync();
        await exit.WaitAsync(TimeSpan.FromSeconds(90), Cancelled);
        Assert.False(await runtime.IsAliveAsync(handle, Cancelled));
        Assert.Empty(await runtime.FindAsync(_owner, Cancelled));

        // The node comes back and ends what nobody wants any more.
        await swarm.Worker.StartAsync();
        await Eventually.HoldsAsync(async () => (await WorkersAsync()).Count == 0, "the container on the node that came back is gone", TimeSpan.FromSeconds(60));
    }

    private SwarmRuntime Create()
    {
        var runtime = new SwarmRuntime(
            new EngineClient(swarm.Socket, TimeProvider.System), UnhinderedEffects.Instance, new FolderSecrets("/no/such/folder"), TimeProvider.System, new DockerRuntimeOptions(), NullLogger<SwarmRuntime>.Instance);
        _runtimes.Add(runtime);
        return runtime;
    }

    private Task HealthyAsync(ReplicaHandle handle) =>
        Eventually.HoldsAsync(async () => (await _probe.CheckAsync(handle.Address, "/", TimeSpan.FromSeconds(2), Cancelled)).IsHealthy, "it is healthy");

    private async Task<IReadOnlyList<string>> WorkersAsync() =>
        (await swarm.Worker.DockerAsync("ps", "--all", "--quiet", "--filter", $"label=dev.platform.owner={_owner}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private ReplicaSpec Spec(params string[] mode) => new()
    {
        Id = "shop-v1-" + Guid.NewGuid().ToString("N")[..8],
        Application = "shop",
        Revision = "v1",
        Generation = 1,
        Owner = _owner,
        Manifest = new Manifest
        {
            Name = "shop",
            Revision = "v1",
            Runtime = RuntimeNames.Swarm,
            Docker = new DockerSpec { Image = swarm.ChildImage, Command = mode, Env = new Dictionary<string, string> { ["LISTEN"] = "0.0.0.0" } },
        },
        Port = _ports.Take(),
        LogDirectory = _folder.File("logs"),
    };
}
