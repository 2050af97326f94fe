using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting.Configuration;
using Platform.Hosting.Health;
using Platform.Hosting.Json;
using Platform.Hosting.Listening;
using Platform.Hosting.Logging;
using Platform.Hosting.OpenApi;
using Platform.Hosting.Security;
using Platform.Hosting.Telemetry;
using Platform.Messaging;
using Platform.Metrics.Exposition;
using Platform.Metrics.Streaming;

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
    private const int LeastThreads = 32;

    /// <summary>Runs until SIGTERM or SIGINT; with <c>health-check</c> as the first argument it asks the running service whether it lives.</summary>
    /// <param name="args"><c>--Section:Key=value</c>.</param>
    /// <param name="modules">What to run.</param>
    /// <returns>The exit code, see <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(string[] args, params ServiceModule[] modules) => HealthCheckCommand.IsAsked(args)
        ? HealthCheckCommand.RunAsync(args, modules, Console.Error)
        : HostRunner.RunAsync(() => Build(args, modules), Console.Error);

    /// <summary>Builds the host without starting it.</summary>
    /// <param name="args"><c>--Section:Key=value</c>.</param>
    /// <param name="modules">What to run.</param>
    /// <param name="configure">Adds configuration or services before the modules do; for tests and for the command line.</param>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    public static WebApplication Build(string[] args, IReadOnlyList<ServiceModule> modules, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = Prepare(args, modules, configure);
        var register = ConfigurationRegister.Of(builder);
        var app = builder.Build();
        StandardOptions.Check(app.Services, register.Problems);
        if (register.Problems.Count > 0)
        {
            ((IDisposable)app).Dispose();
            register.ThrowIfInvalid();
        }

        app.Services.GetRequiredService<KeyStore>().EnsureAdminKey();
        MapPorts(app);
        return app;
    }

    /// <summary>Everything registered, nothing built: every problem of the configuration is in its register.</summary>
    internal static WebApplicationBuilder Prepare(string[] args, IReadOnlyList<ServiceModule> modules, Action<WebApplicationBuilder>? configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "platform", EnvironmentName = Environments.Production });
        // SQLite and fsync block the thread they run on. With as few threads as cores, two commits at one time would hold up every
        // request through the gateway until the pool has made up its mind to grow, which takes it half a second.
        ThreadPool.SetMinThreads(LeastThreads, LeastThreads);
        var register = ConfigurationRegister.Of(builder);
        ConfigurationSources.Add(builder.Configuration, args, register.Problems);
        configure?.Invoke(builder);

        var network = builder.AddOptions<NetworkOptions>("");
        var limits = builder.AddOptions<LimitOptions>("Limits");
        var shutdown = builder.AddOptions<ShutdownOptions>("Shutdown");
        builder.AddOptions<AuthOptions>("Auth");
        builder.AddOptions<DashboardOptions>("Dashboard");
        builder.AddOptions<SealingOptions>("Sealing");
        LoggingSetup.Add(builder.Logging, builder.AddOptions<LogOptions>("Log"));
        StandardOptions.Add(builder, register);

        var listeners = ListenerPlan.Make(modules, builder.Configuration, network, register.Problems);
        KestrelSetup.Configure(builder, listeners, network, limits);
        AddDefaults(builder, modules, shutdown);
        builder.Services.AddSingleton(new ServiceAddresses(listeners, network.Tls.IsConfigured));
        builder.Services.AddSingleton<IServiceAddresses>(p => p.GetRequiredService<ServiceAddresses>());
        SecuritySetup.Add(builder.Services);
        OpenApiSetup.Add(builder.Services, modules);
        foreach (var module in modules)
        {
            module.Add(builder);
            builder.AddAudit(module.Name);
        }

        builder.AddMetricStream();
        builder.AddPrometheus();
        builder.AddPlatformBus();
        HealthSetup.Add(builder, modules);
        UnknownKeysCheck.Add(builder, register);
        return builder;
    }

    private static void AddDefaults(WebApplicationBuilder builder, IReadOnlyList<ServiceModule> modules, ShutdownOptions shutdown)
    {
        var services = builder.Services;
        services.AddSingleton(modules);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(KillSwitch.OrUnhindered());
        services.AddRouting();
        services.ConfigureHttpJsonOptions(o => PlatformJson.ApplyToRequests(o.SerializerOptions));
        services.Configure<Microsoft.AspNetCore.Routing.RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = shutdown.Timeout);
        services.AddHostedService<Shutdown>();
        services.AddHostedService<Announcement>();
        var otlp = builder.AddOptions<OtlpOptions>("Otlp");
        services.AddHostedService(_ => new TelemetryExport(otlp, modules));
    }

    private static void MapPorts(WebApplication app)
    {
        var network = app.Services.GetRequiredService<IOptions<NetworkOptions>>().Value;
        var limits = app.Services.GetRequiredService<IOptions<LimitOptions>>().Value;

        // Each control port authenticates for itself; without these marks WebApplication would put both before the ports part, traffic included.
        var properties = ((IApplicationBuilder)app).Properties;
        properties["__AuthenticationMiddlewareSet"] = true;
        properties["__AuthorizationMiddlewareSet"] = true;
        foreach (var listener in app.Services.GetRequiredService<ServiceAddresses>().Listeners)
        {
            app.MapWhen(context => context.Features.Get<Listener>() == listener, branch =>
            {
                if (listener.IsTraffic) TrafficPipeline.Build(branch, listener.Module, limits);
                else ControlPipeline.Build(branch, listener.Module, network);
            });
        }
    }
}
