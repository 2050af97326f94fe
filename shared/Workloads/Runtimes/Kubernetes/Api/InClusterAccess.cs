namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>The account that a pod is given: its token, the cluster's certificate authority and the namespace are files in it.</summary>
internal static class InClusterAccess
{
    /// <summary>Where they are.</summary>
    public const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Null: this is no pod, or one without an account.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <param name="environment">Its variables.</param>
    public static ClusterAccess? Find(string folder, Func<string, string?> environment)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host) return null;
        var token = Path.Combine(folder, "token");
        if (!File.Exists(token)) return null;
        var port = environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 } said ? said : "443";
        var place = Path.Combine(folder, "namespace");
        var authority = Path.Combine(folder, "ca.crt");
        return new ClusterAccess
        {
            Server = new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}/"),
            Namespace = File.Exists(place) ? File.ReadAllText(place).Trim() : "default",
            Authorities = File.Exists(authority) ? Kubeconfig.Certificates(File.ReadAllText(authority)) : null,
            TokenFile = token,
        };
    }
}
