namespace Platform.Gateway.Routers.Kubernetes;

/// <summary>Settings of the router <c>ingress</c>, section <c>Ingress</c>. The cluster is what the section <c>Kubernetes</c> says.</summary>
internal sealed class IngressOptions
{
    /// <summary>The class of the ingress controller, which must be an ingress-nginx: <c>nginx</c>. Default: none, and no router <c>ingress</c>.</summary>
    public string? Class { get; set; }

    /// <summary>Where the objects are made. Default: the first of <c>Kubernetes:Namespaces</c>, or the account's own.</summary>
    public string? Namespace { get; set; }
}
