using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Testing.Kubernetes;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Kubernetes;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using Platform.Workloads.Secrets;

namespace Workloads.Tests.Runtimes.Kubernetes;

/// <summary>What goes wrong in a cluster, and how it is told; and that the role in the documentation is enough, and needed.</summary>
public sealed class KubernetesFailureTests : IAsyncLifetime
{
    private const string Image = KubernetesRuntimeTests.Image;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kubernetes-");
    private readonly string _owner = "o-" + Guid.NewGuid().ToString("N")[..12];
    private readonly List<KubernetesRuntime> _runtimes = [];
    private TestCluster _cluster = null!;
    private KubernetesRuntimeOptions _options = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _cluster.Kubelet.Images[Image] = new NodeImage([Path.Combine(AppContext.BaseDirectory, "TestChild")]);
        _options = new KubernetesRuntimeOptions { Kubeconfig = _cluster.Kubeconfig(_cluster.Accounts.Admin), PlacementTimeout = TimeSpan.FromSeconds(1) };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in _runtimes) runtime.Dispose();
        await _cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task StartAsync_AnUnknownImage_SaysWhatTheNodeSaysAndLeavesNothing()
    {
        var error = await FailsAsync(m => m with { Docker = m.Docker! with { Image = "registry.example.org/no/such:v1" } });

        Assert.Contains("ImagePullBackOff", error.Message, StringComparison.Ordinal);
        Assert.Contains("not found", error.Message, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task StartAsync_ARegistryWithAPassword_TakesTheOneOfTheManifestAndNoOther()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "registry"), "correct-horse", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "wrong"), "guessed", Cancelled);
        foreach (var file in _folder.GetFiles()) File.SetUnixFileMode(file.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _cluster.Kubelet.Images[Image] = _cluster.Kubelet.Images[Image] with { Password = "correct-horse" };

        var error = await FailsAsync(m => m with { Docker = m.Docker! with { Registry = new RegistrySpec { Username = "deploy", Password = "secret://wrong" } } });
        var handle = await StartAsync(m => m with { Docker = m.Docker! with { Registry = new RegistrySpec { Username = "deploy", Password = "secret://registry" } } });

        Assert.Contains("pull access denied", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed", error.Message, StringComparison.Ordinal);
        Assert.True(await _runtimes[^1].IsAliveAsync(handle, Cancelled));
        await _runtimes[^1].StopAsync(handle, TimeSpan.Zero, Cancelled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task StartAsync_ASecretVariable_StandsInASecretOfTheDeploymentsOwnAndNowhereElse()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "shop-db"), "s3cr3t", Cancelled);
        File.SetUnixFileMode(Path.Combine(_folder.FullName, "shop-db"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var handle = await StartAsync(m => m with { Docker = m.Docker! with { Command = ["print"], Env = new Dictionary<string, string> { ["DB_PASSWORD"] = "secret://shop-db", ["RAW"] = "$(PORT)" } } });
        await _runtimes[^1].WaitForExitAsync(handle, Cancelled);

        var lines = new List<string>();
        await foreach (var line in _runtimes[^1].LogsAsync(handle.Id, _folder.FullName, 1000, follow: false, Cancelled)) lines.Add(line);
        Assert.Contains("DB_PASSWORD=s3cr3t", lines);
        Assert.Contains("RAW=$(PORT)", lines);
        Assert.DoesNotContain(_cluster.Store.Since(1000)!.Value.Changes, c => c.Kind.Name != "Secret" && (c.After ?? c.Before)!.ToJsonString().Contains("s3cr3t", StringComparison.Ordinal));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task StartAsync_NoNodeWithRoom_SaysSoAfterAWhileAndIsWorthAnotherTry()
    {
        _cluster.Controllers.NodeCpu = 1;

        var error = await FailsAsync(m => m with { Resources = new ResourceSpec { Cpu = 2 } });

        Assert.Contains("Insufficient cpu", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task StartAsync_ANodeSelectorThatNoNodeFits_SaysWhatToCorrect()
    {
        var error = await FailsAsync(m => m with { Kubernetes = new KubernetesSpec { NodeSelector = new Dictionary<string, string> { ["kubernetes.io/arch"] = "arm64" } } });

        Assert.Contains("didn't match Pod's node affinity/selector", error.Message, StringComparison.Ordinal);
        Assert.Contains("kubernetes.nodeSelector", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_AQuotaThatIsUsedUp_SaysWhich()
    {
        _cluster.Objects.Create(Schema.Of("ResourceQuota"), "default", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "few-pods" }, ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["pods"] = "0" } } }, new WriteOptions("tests"));

        var error = await FailsAsync(m => m);

        Assert.Contains("exceeded quota: few-pods", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task StartAsync_RestrictedAndAnImageOfRoot_SaysToNameAUser()
    {
        var error = await FailsAsync(m => m with { Kubernetes = new KubernetesSpec { Restricted = true } });

        Assert.Contains("image will run as root", error.Message, StringComparison.Ordinal);
        Assert.Contains("docker.user", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_AnAccountThatMayNot_SaysWhatItLacks()
    {
        _options = new KubernetesRuntimeOptions { Kubeconfig = _cluster.Kubeconfig(_cluster.Accounts.Add("default", "nobody", "kind: Role\nrules: []\n")) };

        var error = await FailsAsync(m => m);

        Assert.Contains("User \"system:serviceaccount:default:nobody\" cannot create resource \"deployments\" in API group \"apps\" in the namespace \"default\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("run-on-kubernetes.md", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => _runtimes[^1].FindAsync(_owner, Cancelled));
    }

    [Fact]
    public async Task StartAsync_ANamespaceThatIsNotOneOfOurs_NamesThoseThatAre()
    {
        var error = await FailsAsync(m => m with { Kubernetes = new KubernetesSpec { Namespace = "elsewhere" } });

        Assert.Contains("'elsewhere' is none of the platform's (default)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutACluster_OtherRuntimesAreNotDisturbed()
    {
        var options = new KubernetesRuntimeOptions();
        using var runtime = Create(new Cluster(options, TimeProvider.System, name => name == "HOME" ? "/no/such/folder" : null, "/no/such/folder"), options);

        Assert.Empty(await runtime.FindAsync(_owner, Cancelled));
        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => runtime.StartAsync(Spec(Manifest()), Cancelled));
        Assert.Contains("Kubernetes:Kubeconfig", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForExitAsync_AMemoryHog_IsToldAsOutOfMemory()
    {
        Assert.SkipWhen(!Platform.Workloads.Runtimes.Processes.Limits.ControlGroups.Detect().Controllers.Contains("memory"), "No writable cgroup with memory on this machine.");
        var handle = await StartAsync(m => m with
        {
            Resources = new ResourceSpec { MemoryBytes = 96L << 20 },
            Docker = m.Docker! with { Command = ["hog", (512L << 20).ToString()], Env = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x80000000" } },
        });

        var exit = await _runtimes[^1].WaitForExitAsync(handle, Cancelled);

        Assert.Equal("killed by SIGKILL (9): OOMKilled: it reached its memory limit (100663296)", exit.ToString());
    }

    [Fact]
    public async Task AContainerThatTheNodeStartsAgain_IsALaterRun_AndIsRemoved()
    {
        var handle = await StartAsync(m => m with { Docker = m.Docker! with { Command = ["crash", "3"] } });

        Assert.Equal(3, (await _runtimes[^1].WaitForExitAsync(handle, Cancelled)).ExitCode);

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task ADeploymentThatSomebodyDeletes_IsAnEndLikeAnyOther()
    {
        var handle = await StartAsync(m => m);
        var exit = _runtimes[^1].WaitForExitAsync(handle, Cancelled);

        _cluster.Objects.Delete(Schema.Of("Deployment"), "default", _cluster.All("Deployment").Single().NameOf(), null);

        // It may be asked to end before it can listen to that.
        Assert.Contains(await exit, (ExitStatus[])[new ExitStatus(0, null), new ExitStatus(null, 15)]);
        Assert.False(await _runtimes[^1].IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task AnApiServerThatGoesAway_EndsNothing_AndIsAskedAgain()
    {
        var handle = await StartAsync(m => m);
        var exit = _runtimes[^1].WaitForExitAsync(handle, Cancelled);

        await _cluster.Server.StopAsync();
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => _runtimes[^1].IsAliveAsync(handle, Cancelled));
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => _runtimes[^1].FindAsync(_owner, Cancelled));
        Assert.False(exit.IsCompleted);
        // What has changed meanwhile is more than is remembered: the watch has to begin anew.
        _cluster.Store.Forget();
        await _cluster.Server.StartAsync();

        Assert.Equal([handle], await _runtimes[^1].FindAsync(_owner, Cancelled));
        await _runtimes[^1].StopAsync(handle, TimeSpan.FromSeconds(5), Cancelled);
        // How it ended is known if the watch was back in time; that it has, always.
        Assert.Contains(await exit, (ExitStatus[])[new ExitStatus(0, null), ExitStatus.Unknown]);
        Assert.False(await _runtimes[^1].IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task UsageAsync_WithoutMetrics_IsNotKnown()
    {
        _cluster.Kubelet.HasMetrics = false;
        var handle = await StartAsync(m => m);

        Assert.Null(await _runtimes[^1].UsageAsync(handle, Cancelled));
        Assert.True(await _runtimes[^1].IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task TheDocumentedRole_IsEnoughForALife_AndEachOfItsRulesIsNeeded()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "shop-db"), "s3cr3t", Cancelled);
        File.SetUnixFileMode(Path.Combine(_folder.FullName, "shop-db"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var token = _cluster.Accounts.Add("default", "platform", DocumentedRole());
        _options = new KubernetesRuntimeOptions { Kubeconfig = _cluster.Kubeconfig(token), PlacementTimeout = TimeSpan.FromSeconds(1) };

        await FailsAsync(m => m with { Docker = m.Docker! with { Image = "registry.example.org/no/such:v1" } });
        var handle = await StartAsync(m => m with { Docker = m.Docker! with { Env = new Dictionary<string, string>(m.Docker.Env) { ["DB_PASSWORD"] = "secret://shop-db" } } });
        await _runtimes[^1].UsageAsync(handle, Cancelled);
        Assert.Equal([handle], await _runtimes[^1].FindAsync(_owner, Cancelled));
        await _runtimes[^1].StopAsync(handle, TimeSpan.FromSeconds(5), Cancelled);
        using (var cluster = ClusterOf(_options)) Assert.Null(await new PodAutoscalers(cluster).FindAsync(Manifest(), 1, Cancelled));

        Assert.DoesNotContain(_cluster.Accounts.Of(token)!.Rules!["default"], rule => rule.Used == 0);
    }

    private static string DocumentedRole([CallerFilePath] string here = "")
    {
        var page = File.ReadAllText(Path.GetFullPath("../../../../docs/how-to/run-on-kubernetes.md", Path.GetDirectoryName(here)!));
        var start = page.IndexOf("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n", StringComparison.Ordinal);
        return page[start..page.IndexOf("---", start, StringComparison.Ordinal)];
    }

    private async Task<ReplicaStartException> FailsAsync(Func<Manifest, Manifest> change) => await Assert.ThrowsAsync<ReplicaStartException>(() => StartAsync(change));

    private Task<ReplicaHandle> StartAsync(Func<Manifest, Manifest> change)
    {
        _runtimes.Add(Create(ClusterOf(_options), _options));
        return _runtimes[^1].StartAsync(Spec(change(Manifest())), Cancelled);
    }

    private static Cluster ClusterOf(KubernetesRuntimeOptions options) => new(options, TimeProvider.System, _ => null, "/no/such/folder");

    private KubernetesRuntime Create(Cluster cluster, KubernetesRuntimeOptions options) =>
        new(cluster, UnhinderedEffects.Instance, new FolderSecrets(_folder.FullName), TimeProvider.System, options, NullLogger<KubernetesRuntime>.Instance);

    private static Manifest Manifest() => new()
    {
        Name = "shop",
        Revision = "v1",
        Runtime = RuntimeNames.Kubernetes,
        Docker = new DockerSpec { Image = Image, Command = ["serve"], Env = new Dictionary<string, string> { ["LISTEN"] = "0.0.0.0" } },
    };

    private ReplicaSpec Spec(Manifest manifest) => new()
    {
        Id = "shop-v1-" + Guid.NewGuid().ToString("N")[..8],
        Application = "shop",
        Revision = "v1",
        Generation = 1,
        Owner = _owner,
        Manifest = manifest,
        Port = new Platform.Workloads.Runtimes.Processes.FreePorts().Take(),
        LogDirectory = _folder.FullName,
    };

    private async Task NothingIsLeftAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (_cluster.All("Deployment").Count + _cluster.All("ReplicaSet").Count + _cluster.All("Pod").Count + _cluster.All("Secret").Count > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "Something is left.");
            await Task.Delay(20, Cancelled);
        }
    }
}
