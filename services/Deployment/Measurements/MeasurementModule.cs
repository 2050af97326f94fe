using Platform.Hosting;

namespace Platform.Deployment.Measurements;

/// <summary>Reads what rollouts are judged by beside their requests.</summary>
internal static class MeasurementModule
{
    public static void AddMeasurements(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<AnalysisOptions>("Analysis");
        var services = builder.Services;
        services.AddSingleton<MetricHttp>();
        services.AddSingleton<IMetricSource, PrometheusSource>();
        services.AddSingleton<IMetricSource, WebSource>();
        services.AddSingleton<IMetricSource, CommandSource>();
        services.AddHostedService<MetricPoller>();
    }
}
