namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>Where the API keeps what the platform asks for.</summary>
internal static class ResourcePaths
{
    public static string Deployments(string place) => $"apis/apps/v1/namespaces/{place}/deployments";

    public static string Pods(string place) => $"api/v1/namespaces/{place}/pods";

    public static string Secrets(string place) => $"api/v1/namespaces/{place}/secrets";

    public static string Services(string place) => $"api/v1/namespaces/{place}/services";

    public static string Events(string place) => $"api/v1/namespaces/{place}/events";

    public static string Ingresses(string place) => $"apis/networking.k8s.io/v1/namespaces/{place}/ingresses";

    public static string EndpointSlices(string place) => $"apis/discovery.k8s.io/v1/namespaces/{place}/endpointslices";

    public static string Autoscalers(string place) => $"apis/autoscaling/v2/namespaces/{place}/horizontalpodautoscalers";

    public static string PodMetrics(string place) => $"apis/metrics.k8s.io/v1beta1/namespaces/{place}/pods";
}
