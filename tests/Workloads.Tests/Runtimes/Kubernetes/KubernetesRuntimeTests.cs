using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Testing.Kubernetes;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Kubernetes;
using Platform.Workloads.Runtimes.Processes.Limits;
using Platform.Workloads.Secrets;

namespace Workloads.Tests.Runtimes.Kubernetes;

/// <summary>The contract of every runtime, on the tests' cluster, as a service account with the role that the documentation gives and no more.</summary>
public sealed class KubernetesRuntimeTests : RuntimeContract
{
    internal const string Image = "registry.example.org/test/child:v1";
    private TestCluster _cluster = null!;
    private string _kubeconfig = "";

    protected override string? WhyNoLimits
    {
        get
        {
            var controllers = ControlGroups.Detect().Controllers;
            return controllers.Contains("cpu") && controllers.Contains("memory") ? null : "No writable cgroup with cpu and memory on this machine.";
        }
    }

    internal RecordedEffects Effects { get; } = new();

    public override async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _cluster.Kubelet.Images[Image] = new NodeImage([Path.Combine(AppContext.BaseDirectory, "TestChild")]);
        _kubeconfig = _cluster.Kubeconfig(_cluster.Accounts.Admin);
        await base.InitializeAsync();
    }

    protected override async ValueTask EndWorldAsync() => await _cluster.DisposeAsync();

    protected override IReplicaRuntime CreateRuntime(IEffects? effects = null)
    {
        var options = new KubernetesRuntimeOptions { Kubeconfig = _kubeconfig };
        return new KubernetesRuntime(new Cluster(options, TimeProvider.System, _ => null, "/no/such/folder"), effects ?? Effects, new FolderSecrets("/no/such/folder"), TimeProvider.System, options, NullLogger<KubernetesRuntime>.Instance);
    }

    protected override Task<int> LeftAsync() => Task.FromResult(_cluster.All("Deployment").Count + _cluster.All("ReplicaSet").Count + _cluster.All("Pod").Count + _cluster.All("Secret").Count);

    protected override string Another(string instance) => (PodInstance.Parse(instance) with { Uid = Guid.NewGuid().ToString() }).ToString();

    protected override Manifest ManifestFor(IReadOnlyList<string> mode, ResourceSpec? resources = null, IReadOnlyDictionary<string, string>? env = null) => new()
    {
        Name = "shop",
        Revision = "v1",
        Runtime = RuntimeNames.Kubernetes,
        Docker = new DockerSpec { Image = Image, Command = mode, Env = new Dictionary<string, string>(env ?? new Dictionary<string, string>()) { ["LISTEN"] = "0.0.0.0" } },
        Resources = resources ?? new ResourceSpec(),
    };
}
