using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Platform.Effects;
using Platform.Hosting.Configuration;
using Platform.Hosting.Health;
using Platform.Hosting.Json;
using Platform.Hosting.Listening;
using Platform.Hosting.Logging;
using Platform.Hosting.Security;

namespace Platform.Hosting;

/// <summary>
/// Runs modules: one process, one container, a port for each.
/// <code>
/// connection ── listener (by the socket that accepted it)
///                 ├─ control port of module A ── guard, key, role ── A's endpoints
///                 ├─ control port of module B ── guard, key, role ── B's endpoints
///                 └─ traffic port ────────────── the gateway's pipeline, and nothing else
/// </code>
/// </summary>
public static class ServiceHost
{
    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    /// <param name="args"><c>--Section:Key=value</c>.</param>
    /// <param name="modules">What to run.</param>
    /// <returns>The exit code, see <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(string[] args, params ServiceModule[] modules) => HostRunner.RunAsync(() => Build(args, modules), Console.Error);

    /// <summary>Builds the host without starting it.</summary>
    /// <param name="args"><c>--Section:Key=value</c>.</param>
    /// <param name="modules">What to run.</param>
    /// <param name="configure">Adds configuration or services before the modules do; for tests and for the command line.</param>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    public static WebApplication Build(string[] args, IReadOnlyList<ServiceModule> modules, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "platform", EnvironmentName = Environments.Production });
        var register = ConfigurationRegister.Of(builder);
        ConfigurationSources.Add(builder.Configuration, args, register.Problems);
        configure?.Invoke(builder);

        var network = builder.AddOptions<NetworkOptions>("");
        var limits = builder.AddOptions<LimitOptions>("Limits");
        var log = builder.AddOptions<LogOptions>("Log");
        builder.AddOptions<AuthOptions>("Auth");
        var shutdown = builder.AddOptions<ShutdownOptions>("Shutdown");
        var listeners = ListenerPlan.Make(modules, builder.Configuration, network, register.Problems);

        LoggingSetup.Add(builder.Logging, log);
        AddDefaults(builder.Services, modules, shutdown);
        builder.Services.AddSingleton(new ServiceAddresses(listeners, network.Tls.IsConfigured));
        builder.Services.AddSingleton<IServiceAddresses>(p => p.GetRequiredService<ServiceAddresses>());
        SecuritySetup.Add(builder.Services);
        foreach (var module in modules) module.Add(builder);

        UnknownKeysCheck.Add(builder, register);
        register.ThrowIfInvalid();
        KestrelSetup.Configure(builder, listeners, network, limits);

        var app = builder.Build();
        app.Services.GetRequiredService<KeyStore>().EnsureAdminKey();
        MapPorts(app, listeners, network, limits);
        return app;
    }

    private static void AddDefaults(IServiceCollection services, IReadOnlyList<ServiceModule> modules, ShutdownOptions shutdown)
    {
        services.AddSingleton(modules);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IEffects>(UnhinderedEffects.Instance);
        services.AddRouting();
        services.ConfigureHttpJsonOptions(o => PlatformJson.Apply(o.SerializerOptions));
        services.Configure<Microsoft.AspNetCore.Routing.RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = shutdown.Timeout);
        services.AddSingleton<Readiness>();
        services.AddHostedService<Shutdown>();
    }

    private static void MapPorts(WebApplication app, IReadOnlyList<Listener> listeners, NetworkOptions network, LimitOptions limits)
    {
        // Each control port authenticates for itself; without these marks WebApplication would put both before the ports part, traffic included.
        var properties = ((IApplicationBuilder)app).Properties;
        properties["__AuthenticationMiddlewareSet"] = true;
        properties["__AuthorizationMiddlewareSet"] = true;
        foreach (var listener in listeners)
        {
            app.MapWhen(context => context.Features.Get<Listener>() == listener, branch =>
            {
                if (listener.IsTraffic) TrafficPipeline.Build(branch, listener.Module, limits);
                else ControlPipeline.Build(branch, listener.Module, network);
            });
        }
    }
}
