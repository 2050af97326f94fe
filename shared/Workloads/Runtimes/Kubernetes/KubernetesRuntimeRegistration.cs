using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using Platform.Workloads.Runtimes.Processes;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>Adds the kubernetes runtime.</summary>
public static class KubernetesRuntimeRegistration
{
    /// <summary>
    /// Registers <see cref="IReplicaRuntime"/> <c>kubernetes</c>, beside <see cref="ProcessRuntimeRegistration.AddProcessRuntime"/>, which brings the secrets.
    /// No cluster is needed until a manifest says <c>runtime: kubernetes</c>. Settings: <c>{ "Kubernetes": { "Kubeconfig": "/etc/platform/kubeconfig" } }</c>.
    /// </summary>
    public static IHostApplicationBuilder AddKubernetesRuntime(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<KubernetesRuntimeOptions>().BindConfiguration("Kubernetes");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<IEffects>(UnhinderedEffects.Instance);
        builder.Services.TryAddSingleton(services => new Cluster(
            services.GetRequiredService<IOptions<KubernetesRuntimeOptions>>().Value, services.GetRequiredService<TimeProvider>(), Environment.GetEnvironmentVariable, InClusterAccess.Folder));
        builder.Services.AddSingleton<IOutsideScaling>(services => new PodAutoscalers(services.GetRequiredService<Cluster>()));
        builder.Services.AddSingleton<IReplicaRuntime>(services => new KubernetesRuntime(
            services.GetRequiredService<Cluster>(),
            services.GetRequiredService<IEffects>(),
            services.GetRequiredService<ISecrets>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IOptions<KubernetesRuntimeOptions>>().Value,
            services.GetRequiredService<ILogger<KubernetesRuntime>>()));
        return builder;
    }
}
