using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.HealthMonitor.Alerts;
using Platform.HealthMonitor.Api;
using Platform.HealthMonitor.Dapr;
using Platform.HealthMonitor.Dashboard;
using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.Live;
using Platform.HealthMonitor.ReadModel;
using Platform.HealthMonitor.Reports;
using Platform.HealthMonitor.Subscriptions;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Metrics.Streaming;
using Platform.Storage;

namespace Platform.HealthMonitor;

/// <summary>
/// The health monitor: how everything is, what happened, and who is told.
/// <list type="bullet">
/// <item>Listens to: every event of the platform (<see cref="PlatformEvents"/>) and the metric stream (<see cref="LiveMetrics"/>).</item>
/// <item>Owns: the read model, the event log, alert rules and alerts, subscriptions (<see cref="HealthMonitorTables"/>).</item>
/// <item>Publishes: <c>AlertRaised</c>, <c>AlertResolved</c> (<see cref="AlertLoop"/>).</item>
/// <item>Delivers: events to webhooks and to a Dapr sidecar (<see cref="DeliveryLoop"/>).</item>
/// <item>Sends: what arrives as a command through Dapr (<see cref="DaprEndpoints"/>), what operators ask for on the dashboard (<see cref="ActionEndpoints"/>).</item>
/// <item>Serves: <c>/health/report</c>, <c>/alerts</c>, <c>/rules</c>, <c>/events</c>, <c>/webhooks</c>, <c>/dapr</c>, <c>/dashboard</c>, and the dashboard's page at <c>/</c> (<see cref="PageEndpoints"/>).</item>
/// </list>
/// </summary>
public static class HealthMonitorModule
{
    /// <summary>The module's name.</summary>
    public const string Name = "healthmonitor";

    /// <summary>The module for a host.</summary>
    public static ServiceModule Module { get; } = new(Name, 8015, builder => builder.AddHealthMonitor(), endpoints => endpoints.MapHealthMonitor(), HasDashboard: true);

    /// <summary>Registers the health monitor.</summary>
    public static IHostApplicationBuilder AddHealthMonitor(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<HealthMonitorOptions>("HealthMonitor");
        builder.AddOptions<WebhookOptions>("Webhooks");
        builder.AddOptions<DaprOptions>("Dapr");
        builder.AddModuleDatabase(Name, HealthMonitorTables.Migrations);
        builder.AddMetricReader<LiveMetrics>(Name);
        builder.AddModuleMessaging(Name, bus => bus.AddConsumer<PlatformEvents>());

        var services = builder.Services;
        services.TryAddSingleton(_ => DashboardAssets.FromBuild());
        services.AddSingleton<ActionDesk>();
        services.AddSingleton<EventSignal>().AddSingleton<Reporter>();
        services.AddSingleton<AlertLoop>().AddHostedService(provider => provider.GetRequiredService<AlertLoop>());
        services.AddSingleton<WebhookSender>().AddSingleton<IEventReceiver>(provider => provider.GetRequiredService<WebhookSender>());
        services.AddSingleton<DaprPublisher>().AddSingleton<IEventReceiver>(provider => provider.GetRequiredService<DaprPublisher>());
        services.AddSingleton<DeliveryLoop>().AddHostedService(provider => provider.GetRequiredService<DeliveryLoop>());
        return builder;
    }

    /// <summary>Maps the health monitor's API.</summary>
    public static IEndpointRouteBuilder MapHealthMonitor(this IEndpointRouteBuilder endpoints)
    {
        HealthEndpoints.Map(endpoints);
        RuleEndpoints.Map(endpoints);
        EventEndpoints.Map(endpoints);
        WebhookEndpoints.Map(endpoints);
        DaprEndpoints.Map(endpoints);
        DashboardEndpoints.Map(endpoints);
        ActionEndpoints.Map(endpoints);
        PageEndpoints.Map(endpoints);
        return endpoints;
    }
}
