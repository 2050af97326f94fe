using Platform.Testing;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Secrets;
using Workloads.Tests.Runtimes;

namespace Platform.Integration.Tests.Containers;

/// <summary>The contract of every runtime, and what the runtimes that have an engine behind them share besides.</summary>
public abstract class ContainerRuntimeContract(DockerEngine engine, string runtime) : RuntimeContract
{
    protected string Image { get; private set; } = "";

    protected override string? WhyNoLimits => null;

    internal RecordedEffects Effects { get; } = new();

    internal static FolderSecrets NoSecrets => new("/no/such/folder");

    internal static DockerRuntimeOptions Options => new();

    internal EngineClient Client() => new(engine.Socket, TimeProvider.System);

    public override async ValueTask InitializeAsync()
    {
        engine.SkipUnlessThere();
        Image = await ImageAsync();
        await base.InitializeAsync();
    }

    [Fact]
    public async Task StartAsync_OnTheHostsNetwork_ListensOnLoopbackWithNothingBetween()
    {
        var handle = await Runtime.StartAsync(Spec(ManifestOf(new DockerSpec { Image = Image, Command = ["serve"], Network = "host" })), Cancelled);

        await UntilAsync(async () => (await HealthAsync(handle)).IsHealthy);
        await Runtime.StopAsync(handle, TimeSpan.Zero, Cancelled);
    }

    [Fact]
    public async Task AReplica_WhoseLogHasNoRoom_ServesAndEndsAllTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("platform-full-").FullName;
        await Command.RunAsync("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder);
        try
        {
            await Assert.ThrowsAsync<IOException>(() => File.WriteAllBytesAsync(Path.Combine(folder, "filler"), new byte[1 << 20], Cancelled));
            var serving = await Runtime.StartAsync(Spec(ManifestFor(["serve"])) with { LogDirectory = folder }, Cancelled);
            var chatting = await Runtime.StartAsync(Spec(ManifestFor(["chat", "1000"])) with { LogDirectory = folder }, Cancelled);
            await UntilAsync(async () => (await HealthAsync(serving)).IsHealthy);

            await Runtime.StopAsync(chatting, TimeSpan.FromMilliseconds(100), Cancelled);
            Assert.True(await Runtime.IsAliveAsync(serving, Cancelled));
            await Runtime.StopAsync(serving, TimeSpan.FromSeconds(5), Cancelled);
            await UntilAsync(async () => await LeftAsync() == 0);
        }
        finally
        {
            await Command.RunAsync("umount", "--lazy", folder);
            Directory.Delete(folder);
        }
    }

    /// <summary>The image of the child that the contract drives.</summary>
    protected abstract Task<string> ImageAsync();

    protected override string Another(string instance) => new('0', instance.Length);

    protected override Manifest ManifestFor(IReadOnlyList<string> mode, ResourceSpec? resources = null, IReadOnlyDictionary<string, string>? env = null) =>
        ManifestOf(new DockerSpec { Image = Image, Command = mode, Env = new Dictionary<string, string>(env ?? new Dictionary<string, string>()) { ["LISTEN"] = "0.0.0.0" } }, resources);

    protected Manifest ManifestOf(DockerSpec docker, ResourceSpec? resources = null) => new()
    {
        Name = "shop",
        Revision = "v1",
        Runtime = runtime,
        Docker = docker,
        Resources = resources ?? new ResourceSpec(),
    };
}
