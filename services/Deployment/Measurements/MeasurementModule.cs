using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting;
using Platform.Hosting.Measurements;
using Platform.Hosting.Outbound;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Measurements;

/// <summary>Reads what rollouts are judged by beside their requests.</summary>
internal static class MeasurementModule
{
    public static void AddMeasurements(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<AnalysisOptions>("Analysis");
        var services = builder.Services;
        services.AddSingleton(Http);
        services.AddSingleton<IMetricSource, PrometheusSource>();
        services.AddSingleton<IMetricSource, WebSource>();
        services.AddSingleton<IMetricSource, CommandSource>();
        services.AddHostedService<MetricPoller>();
    }

    internal static MetricHttp Http(IServiceProvider services)
    {
        // Only when a header refers to one: a host that starts no replicas has no place where secrets are.
        var secrets = new Lazy<ISecrets>(services.GetRequiredService<ISecrets>);
        return new MetricHttp(
            new AddressPolicy(AllowedNetworks.Of(services.GetRequiredService<IOptions<AnalysisOptions>>().Value.Allow), "Analysis:Allow"),
            "Platform-Analysis/1.0",
            new MetricSecrets(name => secrets.Value.Find(name), name => secrets.Value.HowToAdd(name)),
            services.GetRequiredService<IEffects>(),
            services.GetRequiredService<TimeProvider>());
    }
}
