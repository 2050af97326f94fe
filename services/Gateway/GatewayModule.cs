using Platform.Contracts.Traffic;
using Platform.Gateway.Api;
using Platform.Gateway.Draining;
using Platform.Gateway.Measuring;
using Platform.Gateway.Messages;
using Platform.Gateway.Routers;
using Platform.Gateway.Routers.Nginx;
using Platform.Gateway.Routers.Traefik;
using Platform.Gateway.Routers.Kubernetes;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Metrics.Streaming;

namespace Platform.Gateway;

/// <summary>
/// The gateway: every request of every application passes it.
/// <list type="bullet">
/// <item>Owns: the tables in force, kept in <c>&lt;Data&gt;/gateway/routes.json</c>. No database; it serves with everything else down.</item>
/// <item>Handles: <see cref="ShiftTraffic"/>.</item>
/// <item>Publishes: <see cref="TrafficShifted"/>, <see cref="TrafficNotShifted"/>, <see cref="ReplicaDrained"/>.</item>
/// <item>Measures: requests, errors, inFlight, latency, held, mirroredRequests, mirroredErrors, mirroredLatency, each second, by application, revision and replica.</item>
/// <item>Serves: traffic on 8080; <c>GET /routes</c>, <c>GET /routes/{application}</c> on 8010.</item>
/// </list>
/// </summary>
public static class GatewayModule
{
    /// <summary>The module, for a host.</summary>
    public static ServiceModule Module { get; } = new("gateway", 8010, b => b.AddGateway(), e => e.MapGateway(), app => app.UseDataPlane(), 8080);

    /// <summary>Registers the gateway.</summary>
    public static IHostApplicationBuilder AddGateway(this IHostApplicationBuilder builder)
    {
        var options = builder.AddOptions<GatewayOptions>("Gateway");
        builder.Services.AddDataPlane(options, Path.Combine(builder.Configuration["Data"] ?? "./.data", "gateway", "routes.json"));

        builder.AddMetricStream();
        builder.Services.AddHostedService<SamplePublisher>();

        builder.AddNginxRouter();
        builder.AddTraefikRouter();
        builder.AddIngressRouter();
        builder.Services.AddSingleton<RouterSet>();
        builder.Services.AddSingleton<Drainer>();
        builder.Services.AddHostedService(p => p.GetRequiredService<Drainer>());
        builder.AddModuleMessaging("gateway", bus =>
        {
            bus.HandlesCommand<ShiftTraffic>();
            bus.AddConsumer<ShiftTrafficConsumer>(stateless: true);
        });
        return builder;
    }

    /// <summary>Maps the control API.</summary>
    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder endpoints)
    {
        RouteEndpoints.Map(endpoints);
        return endpoints;
    }
}
