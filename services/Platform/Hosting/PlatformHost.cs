using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Platform.Autoscaler;
using Platform.CommandLine.Client;
using Platform.Deployment;
using Platform.Gateway;
using Platform.HealthMonitor;
using Platform.Hosting;
using Platform.Hosting.Listening;

namespace Platform.CommandLine.Hosting;

/// <summary>All services in one process, on ports of their own.</summary>
internal sealed class PlatformHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataFolder _folder;
    private readonly DataFolderLock _lock;

    private PlatformHost(WebApplication app, DataFolder folder, DataFolderLock held, PlatformAddresses? addresses)
    {
        _app = app;
        _folder = folder;
        _lock = held;
        Addresses = addresses ?? PlatformAddresses.Standard;
    }

    /// <summary>Where it listens.</summary>
    public PlatformAddresses Addresses { get; }

    /// <summary>Ends when the host stops by itself, for example because a part of it failed.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <summary>Starts every service, and says in the data folder where they are.</summary>
    public static async Task<PlatformHost> StartAsync(HostSettings settings, CancellationToken ct)
    {
        var host = await StartAsync(settings, [GatewayModule.Module, DeploymentModule.Module, AutoscalerModule.Module, HealthMonitorModule.Module], ct);
        host._folder.WriteAddresses(host.Addresses);
        return host;
    }

    /// <summary>
    /// Stops what a platform that was killed has left running, the way a platform would: Deployment alone takes over whatever
    /// carries its marker, and stops it as it goes.
    /// </summary>
    public static async Task StopLeftoversAsync(string dataFolder, TimeProvider clock, CancellationToken ct)
    {
        var settings = new HostSettings { DataFolder = dataFolder, FirstPort = 0, LogLevel = "Fatal" };
        await using var host = await StartAsync(settings, [DeploymentModule.Module], ct);
        using var client = new PlatformClient(host.Addresses, AccessKey.Find(dataFolder), dataFolder);
        var patience = clock.GetTimestamp();
        while (clock.GetElapsedTime(patience) < TimeSpan.FromSeconds(20))
        {
            // Without the gateway Deployment may say that it waits for it; what matters is that it has the right to act and has looked.
            var health = await client.HealthAsync("deployment", ct);
            if (health.Status == "ready" || !(health.WaitingFor ?? []).Any(w => w.Contains("replicas", StringComparison.Ordinal))) break;
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, ct);
        }
    }

    /// <summary>Waits until every service is ready.</summary>
    /// <param name="client">Asks them.</param>
    /// <param name="told">Called when what they wait for changes.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task WaitUntilReadyAsync(PlatformClient client, Action<string> told, TimeProvider clock, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var last = "";
        while (true)
        {
            var services = await Task.WhenAll(client.Addresses.Services.Select(service => client.HealthAsync(service.Name, ct)));
            var waiting = services.Where(s => s.Status != "ready").Select(s => $"{s.Service}: {string.Join(", ", s.WaitingFor ?? [s.Status])}").ToList();
            if (waiting.Count == 0) return;
            var now = string.Join("; ", waiting);
            if (now != last && clock.GetElapsedTime(started) > TimeSpan.FromSeconds(2)) told(last = now);
            if (clock.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
                throw new CommandFailure(ExitCode.Unavailable, $"The platform did not become ready within 60 s. {now}", "Look at its log; 'platform status' shows what it waits for.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, ct);
        }
    }

    /// <summary>Stops the services, and the replicas unless they are to go on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_folder.IsAskedToKeepApplications) _app.Services.GetRequiredService<IOptions<DeploymentOptions>>().Value.StopReplicasOnShutdown = false;
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _lock.Dispose();
    }

    private static async Task<PlatformHost> StartAsync(HostSettings settings, IReadOnlyList<ServiceModule> modules, CancellationToken ct)
    {
        var folder = new DataFolder(settings.DataFolder);
        var held = folder.Lock();
        WebApplication? app = null;
        try
        {
            RuntimeVersion.Require();
            app = ServiceHost.Build(settings.ToArguments(), modules, builder => builder.Services.AddSingleton<IHostLifetime, CommandLifetime>());
            var conflicts = PortConflicts.Find(app.Services.GetRequiredService<ServiceAddresses>().Listeners);
            if (conflicts.Count > 0) throw new CommandFailure(ExitCode.Unavailable, string.Join('\n', conflicts).Replace("with --", "with --set ", StringComparison.Ordinal), "Or move all of them at once with --ports-from N (0: any free ports).");
            await app.StartAsync(ct);
            return new PlatformHost(app, folder, held, modules.Count > 1 ? All(app) : Only(app));
        }
        catch (Exception failed)
        {
            if (app is not null) await app.DisposeAsync();
            held.Dispose();
            throw Explain(failed);
        }
    }

    /// <summary>Signals are the command's to handle: it stops its own work first, then the host.</summary>
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static Exception Explain(Exception failed) => failed switch
    {
        ConfigurationException configuration => new CommandFailure(ExitCode.Configuration, configuration.Message),
        OptionsValidationException options => new CommandFailure(ExitCode.Configuration, "The configuration cannot be used:" + string.Concat(options.Failures.Select(f => $"\n  {f}"))),
        IOException { InnerException: AddressInUseException } taken => new CommandFailure(ExitCode.Unavailable, taken.Message, "Move all ports at once with --ports-from N (0: any free ports)."),
        _ => failed,
    };

    private static PlatformAddresses All(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServiceAddresses>();
        return new PlatformAddresses
        {
            Gateway = addresses.Control("gateway"),
            Traffic = addresses.Traffic("gateway")!,
            Autoscaler = addresses.Control("autoscaler"),
            Deployment = addresses.Control("deployment"),
            HealthMonitor = addresses.Control("healthmonitor"),
            ProcessId = Environment.ProcessId,
        };
    }

    private static PlatformAddresses Only(WebApplication app) =>
        PlatformAddresses.Standard with { Deployment = app.Services.GetRequiredService<IServiceAddresses>().Control("deployment") };
}
