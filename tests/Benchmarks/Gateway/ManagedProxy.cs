using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Effects;
using Platform.Gateway;
using Platform.Gateway.Measuring;
using Platform.Gateway.Routing;
using Platform.Metrics.Streaming;
using Yarp.ReverseProxy.Configuration;

namespace Platform.Benchmarks.Gateway;

/// <summary>A proxy on Kestrel in this process. Both are hosted alike, so that only what stands between server and upstream differs.</summary>
internal sealed class ManagedProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _folder;

    private ManagedProxy(WebApplication app, string? folder = null)
    {
        (_app, _folder) = (app, folder);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    /// <summary>YARP as its documentation sets it up: one route, one cluster, one destination.</summary>
    public static async Task<ManagedProxy> StartBareYarpAsync(Uri upstream)
    {
        var builder = NewBuilder();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "app", Match = new RouteMatch { Path = "{**rest}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "app",
                    LoadBalancingPolicy = "LeastRequests",
                    Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = upstream.AbsoluteUri } },
                },
            ]);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();
        return new ManagedProxy(app);
    }

    /// <summary>The gateway's data plane with its metrics on: samples each second to the in-process stream, which somebody reads.</summary>
    public static async Task<ManagedProxy> StartGatewayAsync(Uri upstream)
    {
        var folder = Directory.CreateTempSubdirectory("bench-gateway-").FullName;
        var builder = NewBuilder();
        builder.Services.AddSingleton<IEffects>(UnhinderedEffects.Instance);
        builder.Services.AddDataPlane(new GatewayOptions(), Path.Combine(folder, "routes.json"));
        builder.AddMetricStream();
        builder.Services.AddHostedService<SamplePublisher>();
        var app = builder.Build();
        app.UseDataPlane();
        await app.StartAsync();
        app.Services.GetRequiredService<RouteTables>().Apply(BenchRoute.To(upstream), Guid.NewGuid());
        return new ManagedProxy(app, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private static WebApplicationBuilder NewBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System);
        return builder;
    }
}
