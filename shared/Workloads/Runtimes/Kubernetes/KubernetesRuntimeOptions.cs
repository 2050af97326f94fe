using System.ComponentModel.DataAnnotations;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>Settings of the kubernetes runtime, section <c>Kubernetes</c>.</summary>
public sealed class KubernetesRuntimeOptions
{
    /// <summary>The file that describes the cluster. Default: the account of the pod the platform runs in; else what KUBECONFIG says; else <c>~/.kube/config</c>.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>The context of that file. Default: its current one.</summary>
    public string? Context { get; set; }

    /// <summary>The namespaces that manifests may name, and in which replicas are looked for; the first is meant where a manifest names none. Default: the context's (or the pod's) own alone.</summary>
    public IList<string> Namespaces { get; } = [];

    /// <summary>A pod must have a node within. Longer where nodes are made on demand. Default 1 min; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PlacementTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>On its node, a pod's container must run within: pulling the image is in it. Default 10 min; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A replica's log is rotated when larger, in bytes. Default 10 MiB; 4 KiB to 1 GiB.</summary>
    [Range(4096, 1 << 30)]
    public long LargestLog { get; set; } = 10L << 20;

    /// <summary>Older parts kept of each log. Default 3; 1 to 100.</summary>
    [Range(1, 100)]
    public int KeptLogs { get; set; } = 3;

    /// <summary>Logs kept of replicas that have ended, per log folder. Default 50; 0 to 10,000.</summary>
    [Range(0, 10_000)]
    public int KeptEndedReplicas { get; set; } = 50;
}
