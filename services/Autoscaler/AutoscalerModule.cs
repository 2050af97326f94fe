using Platform.Autoscaler.Anomalies.Causes;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.Api;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Intake;
using Platform.Autoscaler.Outlooks;
using Platform.Autoscaler.Predictions;
using Platform.Autoscaler.RightSizing;
using Platform.Autoscaler.Sources;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Metrics.Streaming;
using Platform.Storage;

namespace Platform.Autoscaler;

/// <summary>
/// The autoscaler: how many replicas every application should have.
/// <list type="bullet">
/// <item>Listens to: what Deployment says of rollouts, replicas and scaling (<see cref="DeploymentFacts"/>), and the metric stream (<see cref="MetricIntake"/>).</item>
/// <item>Asks: Prometheus and RabbitMQ, for the metrics of manifests that name them (<see cref="SourcePoller"/>).</item>
/// <item>Owns: the scaling settings in force, holds, recommendations, decisions (<see cref="AutoscalerTables"/>).</item>
/// <item>Decides: once per sync period and application (<see cref="DecisionLoop"/>), by the HPA's algorithm (<see cref="Scaling.HorizontalScaler"/>).</item>
/// <item>Watches: each metric for anomalies (<see cref="AnomalyWatch"/>), which it publishes with their likely causes (<see cref="ChangeFacts"/>).</item>
/// <item>Sends: <c>ScaleApplication</c> to Deployment. Publishes: <c>ScalingProgressed</c>, for whoever draws it (<see cref="Pictures.PictureLoop"/>).</item>
/// <item>Serves: <c>POST /scale</c>, <c>DELETE /holds/{application}</c>, <c>GET /recommendations</c>, <c>GET /decisions</c>, <c>GET /cost-analysis</c>, <c>GET /anomalies</c>.</item>
/// </list>
/// </summary>
public static class AutoscalerModule
{
    /// <summary>The module's name.</summary>
    public const string Name = "autoscaler";

    /// <summary>The module for a host.</summary>
    public static ServiceModule Module { get; } = new(Name, 8011, builder => builder.AddAutoscaler(), endpoints => endpoints.MapAutoscaler());

    /// <summary>Registers the autoscaler.</summary>
    public static IHostApplicationBuilder AddAutoscaler(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<AutoscalerOptions>("Autoscaler");
        builder.AddOptions<AnomalyOptions>("Autoscaler:Anomalies");
        builder.AddModuleDatabase(Name, AutoscalerTables.Migrations);
        builder.AddMetricReader<MetricIntake>(Name);
        builder.AddModuleMessaging(Name, bus =>
        {
            bus.AddConsumer<DeploymentFacts>();
            bus.AddConsumer<MaskFacts>();
            bus.AddConsumer<OutOfMemoryFacts>(stateless: true);
            bus.AddConsumer<ChangeFacts>();
        });
        builder.Services.AddSingleton<SampleFaults>().AddSingleton<FleetHistory>().AddSingleton<Leadership>().AddSingleton<Fleet>();
        builder.Services.AddSingleton<Forecasts>();
        builder.Services.AddSingleton<OutlookFeeder>().AddHostedService(services => services.GetRequiredService<OutlookFeeder>());
        builder.Services.AddSingleton<HistoryKeeper>().AddHostedService(services => services.GetRequiredService<HistoryKeeper>());
        builder.Services.AddSingleton<DecisionLoop>().AddHostedService(services => services.GetRequiredService<DecisionLoop>());
        builder.AddSources();
        builder.Services.AddSingleton<AnomalyWatch>().AddHostedService(services => services.GetRequiredService<AnomalyWatch>());

        // After the decisions, so that it stops before them: they give the leadership back, and it writes once more under it.
        builder.AddCost();
        return builder;
    }

    /// <summary>Maps the autoscaler's API.</summary>
    public static IEndpointRouteBuilder MapAutoscaler(this IEndpointRouteBuilder endpoints)
    {
        ScaleEndpoints.Map(endpoints);
        RecommendationEndpoints.Map(endpoints);
        CostEndpoints.Map(endpoints);
        AnomalyEndpoints.Map(endpoints);
        PolicyEndpoints.Map(endpoints);
        PredictionEndpoints.Map(endpoints);
        OverviewEndpoints.Map(endpoints);
        return endpoints;
    }
}
