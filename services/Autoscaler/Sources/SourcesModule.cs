using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting;
using Platform.Hosting.Measurements;
using Platform.Hosting.Outbound;
using Platform.Workloads.Secrets;

namespace Platform.Autoscaler.Sources;

/// <summary>Asks others for the metrics of <c>scaling.metrics</c> that nobody puts on the stream.</summary>
internal static class SourcesModule
{
    public static void AddSources(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<ScalingMetricsOptions>("ScalingMetrics");
        var services = builder.Services;
        // On its own it has a folder; beside the deployment service it looks where that keeps them.
        var folder = Path.GetFullPath(builder.Configuration["Data"] is { Length: > 0 } data ? data : "./.data");
        services.TryAddSingleton<ISecrets>(new FolderSecrets(Path.Combine(folder, "secrets")));
        services.AddKeyedSingleton(AutoscalerModule.Name, (provider, _) => Http(provider));
        services.AddSingleton<IMetricSource>(provider => new PrometheusSource(provider.GetRequiredKeyedService<MetricHttp>(AutoscalerModule.Name)));
        services.AddSingleton<IMetricSource>(provider => new RabbitMqManagementSource(provider.GetRequiredKeyedService<MetricHttp>(AutoscalerModule.Name), Secrets(provider)));
        services.AddSingleton<IMetricSource>(provider => new RabbitMqQueueSource(
            Policy(provider), Secrets(provider), provider.GetRequiredService<IEffects>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SourceReadings>().AddHostedService<SourcePoller>();
    }

    private static AddressPolicy Policy(IServiceProvider services) =>
        new(AllowedNetworks.Of(services.GetRequiredService<IOptions<ScalingMetricsOptions>>().Value.Allow), "ScalingMetrics:Allow");

    private static Lazy<ISecrets> Secrets(IServiceProvider services) => new(services.GetRequiredService<ISecrets>);

    private static MetricHttp Http(IServiceProvider services)
    {
        var secrets = Secrets(services);
        return new MetricHttp(
            Policy(services),
            "Platform-Autoscaler/1.0",
            new MetricSecrets(name => secrets.Value.Find(name), name => secrets.Value.HowToAdd(name)),
            services.GetRequiredService<IEffects>(),
            services.GetRequiredService<TimeProvider>());
    }
}
