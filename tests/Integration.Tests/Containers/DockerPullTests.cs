using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Testing;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Processes;
using Platform.Workloads.Secrets;

namespace Platform.Integration.Tests.Containers;

/// <summary>Images from a registry that asks who is there.</summary>
[Collection(Engine.Name)]
public sealed class DockerPullTests(ServiceImages engine, RegistryServer registry) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FreePorts _ports = new();
    private DockerRuntime? _runtime;
    private string _image = "";

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessThere();
        Assert.SkipWhen(registry.Missing is not null, registry.Missing ?? "");
        _runtime = new DockerRuntime(
            new EngineClient(engine.Socket, TimeProvider.System), UnhinderedEffects.Instance, new FolderSecrets(_folder.Path), TimeProvider.System, new DockerRuntimeOptions(), NullLogger<DockerRuntime>.Instance);
        _image = $"{registry.Address}/shop/web:{Guid.NewGuid():N}";
        var client = _folder.File("client");
        var here = await engine.ChildImageAsync();
        await engine.DockerAsync("tag", here, _image);
        await Command.RunAsync("docker", ["--config", client, "--host", "unix://" + engine.Socket, "login", "--username", RegistryServer.User, "--password", RegistryServer.Password, registry.Address], new Dictionary<string, string>());
        await Command.RunAsync("docker", ["--config", client, "--host", "unix://" + engine.Socket, "push", _image], new Dictionary<string, string>());
        await engine.DockerAsync("rmi", _image);
    }

    public ValueTask DisposeAsync()
    {
        _runtime?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task StartAsync_AnImageThatOnlyTheRegistryHas_IsPulledWithTheSecretsPassword()
    {
        Secret(RegistryServer.Password);

        var handle = await _runtime!.StartAsync(Spec(new RegistrySpec { Username = RegistryServer.User, Password = "secret://registry" }), TestContext.Current.CancellationToken);

        Assert.True(await _runtime.IsAliveAsync(handle, TestContext.Current.CancellationToken));
        Assert.Equal(_image, await engine.DockerAsync("inspect", "--format", "{{.Config.Image}}", handle.Instance));
        await _runtime.StopAsync(handle, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task StartAsync_WithTheWrongPassword_SaysWhatTheRegistrySaysAndNotThePassword()
    {
        Secret("wrong-horse");

        var error = await Assert.ThrowsAsync<ReplicaStartException>(
            () => _runtime!.StartAsync(Spec(new RegistrySpec { Username = RegistryServer.User, Password = "secret://registry" }), TestContext.Current.CancellationToken));

        Assert.Contains("cannot be pulled: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("nauthorized", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-horse", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_WithoutTheSecret_SaysHowToAddIt()
    {
        var error = await Assert.ThrowsAsync<ReplicaStartException>(
            () => _runtime!.StartAsync(Spec(new RegistrySpec { Username = RegistryServer.User, Password = "secret://registry" }), TestContext.Current.CancellationToken));

        Assert.Contains("docker.registry.password refers to the secret 'registry', which does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_AsNobody_SaysThatTheImageCannotBePulled()
    {
        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => _runtime!.StartAsync(Spec(null), TestContext.Current.CancellationToken));

        Assert.Contains($"'{_image}' is not on this machine and cannot be pulled: ", error.Message, StringComparison.Ordinal);
    }

    private void Secret(string password)
    {
        File.WriteAllText(_folder.File("registry"), password + "\n");
        File.SetUnixFileMode(_folder.File("registry"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private ReplicaSpec Spec(RegistrySpec? asked) => new()
    {
        Id = "shop-v1-" + Guid.NewGuid().ToString("N")[..8],
        Application = "shop",
        Revision = "v1",
        Generation = 1,
        Owner = "o-" + Guid.NewGuid().ToString("N")[..12],
        Manifest = new Manifest
        {
            Name = "shop",
            Revision = "v1",
            Runtime = RuntimeNames.Docker,
            Docker = new DockerSpec { Image = _image, Command = ["serve"], Registry = asked },
        },
        Port = _ports.Take(),
        LogDirectory = _folder.File("logs"),
    };
}
