using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Platform.Effects;
using Platform.Gateway.Forwarding;
using Platform.Gateway.Holding;
using Platform.Gateway.Measuring;
using Platform.Gateway.Mirroring;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;

namespace Platform.Gateway;

/// <summary>The part that forwards requests. It needs neither bus nor database: a file with the last tables is enough.</summary>
internal static class DataPlane
{
    /// <param name="services">The container. A clock and <see cref="IEffects"/> are in it.</param>
    /// <param name="options">The settings.</param>
    /// <param name="routesFile">Where the tables are kept.</param>
    public static IServiceCollection AddDataPlane(this IServiceCollection services, GatewayOptions options, string routesFile)
    {
        services.AddHttpForwarder();
        services.AddMetrics();
        // YARP tells every request and every failure at Information, with the whole exception; the handler tells what matters of it.
        services.AddLogging(logging => logging.AddFilter("Yarp", LogLevel.Warning));
        // A line ends with CR LF: a bare LF is where two parsers part ways. Kestrel has no option for it, only this switch.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        services.Configure<KestrelServerOptions>(kestrel => kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1);
        services.AddSingleton(options);
        services.AddSingleton(p => new RouteFile(routesFile, p.GetRequiredService<IEffects>(), p.GetRequiredService<ILogger<RouteFile>>()));
        services.AddSingleton<RouteTables>();
        services.AddSingleton<HoldRoom>();
        services.AddSingleton<GatewayInstruments>();
        services.AddSingleton<Mirror>();
        services.AddSingleton<TrafficHandler>();
        services.AddHostedService<RoutesLoading>();
        services.AddSingleton<ActiveHealthChecks>();
        services.AddHostedService(p => p.GetRequiredService<ActiveHealthChecks>());
        return services;
    }

    /// <summary>Every request goes through the gateway; nothing else is reachable.</summary>
    public static void UseDataPlane(this IApplicationBuilder app) => app.Run(app.ApplicationServices.GetRequiredService<TrafficHandler>().HandleAsync);

    /// <summary>Before any port is open: the first request is already routed.</summary>
    private sealed class RoutesLoading(RouteTables tables) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            tables.Load();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
