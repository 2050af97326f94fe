using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Routing;

namespace Platform.Benchmarks.Gateway;

/// <summary>
/// The traffic port of the whole platform: the gateway as it runs beside all other services in one process. It gets its route from the
/// file it serves from when everything else is down.
/// </summary>
internal sealed class WholePlatform : IAsyncDisposable
{
    private readonly PlatformChild _platform;
    private readonly string _folder;

    private WholePlatform(PlatformChild platform, string folder) => (_platform, _folder) = (platform, folder);

    public Uri Address => _platform.Client.Addresses.Traffic;

    public TimeSpan CpuTime => _platform.CpuTime;

    public static async Task<WholePlatform> StartAsync(Uri upstream, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("bench-gateway-").FullName;
        var file = Path.Combine(folder, "gateway", "routes.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        new RouteFile(file, UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance).Write(new RouteState { Tables = [BenchRoute.To(upstream)], Departed = [] });
        return new WholePlatform(await PlatformChild.StartAsync(folder, TimeProvider.System, ct), folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The route of both forms of the gateway.</summary>
internal static class BenchRoute
{
    public static RouteTable To(Uri upstream) => new()
    {
        Application = "app",
        Generation = 1,
        HealthPath = "/",
        Revisions = [new RevisionRoute { Revision = "v1", Weight = 100, Replicas = [new ReplicaAddress { Id = "one", Address = upstream }] }],
    };
}
