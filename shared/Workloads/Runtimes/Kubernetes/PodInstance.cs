using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>Exactly one pod, as a handle keeps it: <c>namespace/name/uid</c>.</summary>
internal sealed record PodInstance(string Namespace, string Name, string Uid)
{
    public string Path => $"{ResourcePaths.Pods(Namespace)}/{Name}";

    public static PodInstance Parse(string text) => text.Split('/') is [var place, var name, var uid]
        ? new PodInstance(place, name, uid)
        : throw new FormatException($"'{text}' is not a pod's namespace/name/uid.");

    public override string ToString() => $"{Namespace}/{Name}/{Uid}";
}
