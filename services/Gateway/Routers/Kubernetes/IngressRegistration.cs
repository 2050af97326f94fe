using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Hosting;
using Platform.Workloads.Runtimes.Kubernetes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Gateway.Routers.Kubernetes;

/// <summary>Registers the router <c>ingress</c>, if there is a class of ingress to use.</summary>
internal static class IngressRegistration
{
    public static void AddIngressRouter(this IHostApplicationBuilder builder)
    {
        if (builder.AddOptions<IngressOptions>("Ingress").Class is null) return;
        builder.Services.AddOptions<KubernetesRuntimeOptions>().BindConfiguration("Kubernetes");
        builder.Services.TryAddSingleton(services => new Cluster(
            services.GetRequiredService<IOptions<KubernetesRuntimeOptions>>().Value, services.GetRequiredService<TimeProvider>(), Environment.GetEnvironmentVariable, InClusterAccess.Folder));
        builder.Services.AddSingleton<ITrafficRouter, IngressRouter>();
    }
}
