using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>The cluster that the settings name, and the namespaces of it that the platform may use. Nothing is read until it is needed.</summary>
internal sealed class Cluster(KubernetesRuntimeOptions options, TimeProvider clock, Func<string, string?> environment, string accountFolder) : IDisposable
{
    private readonly Lock _gate = new();
    private ApiClient? _api;

    /// <summary>False: nothing describes a cluster, and there may never have been one.</summary>
    public bool IsDescribed => options.Kubeconfig is not null || InClusterAccess.Find(accountFolder, environment) is not null || File.Exists(Standard);

    /// <summary>The namespaces in which replicas may be; the first is meant where nothing is said.</summary>
    public IReadOnlyList<string> Namespaces => options.Namespaces.Count > 0 ? [.. options.Namespaces] : [Api.Namespace];

    /// <exception cref="ClusterAccessException">What describes it cannot be used.</exception>
    public ApiClient Api
    {
        get
        {
            lock (_gate) return _api ??= new ApiClient(Access(), clock);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _api?.Dispose();

    private string Standard => environment("KUBECONFIG") is { Length: > 0 } said
        ? said.Split(':')[0]
        : Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/root", ".kube", "config");

    private ClusterAccess Access()
    {
        if (options.Kubeconfig is { } named) return Kubeconfig.Read(named, options.Context);
        if (options.Context is null && InClusterAccess.Find(accountFolder, environment) is { } account) return account;
        if (File.Exists(Standard)) return Kubeconfig.Read(Standard, options.Context);
        throw new ClusterAccessException($"No cluster is described: this is no pod with a service account, and there is no {Standard}. Name a kubeconfig with Kubernetes:Kubeconfig.");
    }
}
