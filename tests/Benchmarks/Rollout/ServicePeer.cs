using System.Globalization;
using Platform.Benchmarks.Containers;
using Platform.Testing;

namespace Platform.Benchmarks.Rollout;

/// <summary>
/// A plain Swarm service of the same image on the same engine: as many replicas, the health check that the image declares in the platform's
/// rhythm, as long for what is under way, new tasks before old ones. A switch is <c>docker service update --image</c>.
/// </summary>
internal sealed class ServicePeer : IRolloutSubject
{
    private const string Service = "platform-bench-shop", Network = "platform-bench-net", Volume = "platform-bench-peer-orders";

    private readonly BenchEngine _engine;
    private readonly RolloutBenchOptions _options;
    private readonly TimeProvider _clock;
    private ServiceFront? _front;

    private ServicePeer(BenchEngine engine, RolloutBenchOptions options, TimeProvider clock) => (_engine, _options, _clock) = (engine, options, clock);

    public string Name => "docker service update";

    /// <summary>All at once is its blue-green; one after the other its rolling.</summary>
    public string Strategy => _options.Strategy == "rolling" ? "start-first, one by one" : "start-first, all at once";

    public Uri Traffic => _front!.Address;

    public string Revision { get; private set; } = "";

    /// <summary><c>--update-monitor</c>: as long as the platform's watch.</summary>
    public TimeSpan DeclaredWaits => RolloutManifest.DeclaredWaits("rolling");

    public static async Task<ServicePeer> StartAsync(BenchEngine engine, string revision, RolloutBenchOptions options, TimeProvider clock)
    {
        var peer = new ServicePeer(engine, options, clock);
        try
        {
            await engine.DockerAsync("network", "create", "--driver", "overlay", "--attachable", Network);
            var parallelism = options.Strategy == "rolling" ? 1 : 0;
            await engine.DockerAsync(
                "service", "create", "--quiet", "--no-resolve-image", "--name", Service, "--replicas", Text(options.Replicas), "--endpoint-mode", "dnsrr", "--network", Network,
                "--update-order", "start-first", "--update-parallelism", Text(parallelism), "--update-monitor", $"{peer.DeclaredWaits.TotalMilliseconds:0}ms",
                "--health-interval", RolloutManifest.HealthInterval, "--stop-grace-period", $"{RolloutManifest.DrainSeconds}s",
                "--mount", $"type=volume,source={Volume},target={StorefrontImages.Orders}", "--env", $"STOREFRONT_JOURNAL={StorefrontImages.Orders}/{StorefrontImages.JournalFile}",
                StorefrontImages.Of(revision));
            peer.Revision = revision;
            peer._front = await ServiceFront.StartAsync(engine, StorefrontImages.Base, Network, Service, StorefrontImages.Port);
            await Eventually.HoldsAsync(peer.AnswersAsync, "the service answers through its front");
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async Task<SwitchEnd> SwitchAsync(string revision, CancellationToken ct)
    {
        var old = Lines(await _engine.DockerAsync("ps", "--quiet", "--no-trunc", "--filter", $"label=com.docker.swarm.service.name={Service}"));
        var asked = _clock.GetTimestamp();
        try
        {
            await _engine.DockerAsync("service", "update", "--quiet", "--no-resolve-image", "--image", StorefrontImages.Of(revision), Service);
        }
        catch (InvalidOperationException refused)
        {
            return new SwitchEnd(refused.Message, _clock.GetElapsedTime(asked));
        }

        var deployed = _clock.GetElapsedTime(asked);
        // One that is gone already cannot be waited for, which is as good.
        foreach (var container in old) await Command.TryAsync("docker", ["--host", _engine.Endpoint, "wait", container]);
        Revision = revision;
        return new SwitchEnd(null, deployed);
    }

    public Task<IReadOnlyList<string>> OrdersAsync() => _engine.ReadVolumeAsync(StorefrontImages.Of(Revision), Volume, StorefrontImages.JournalFile);

    public async ValueTask DisposeAsync()
    {
        if (_front is not null) await _front.DisposeAsync();
        await Command.TryAsync("docker", ["--host", _engine.Endpoint, "service", "rm", Service]);
        await _engine.RemoveAsync("network", "rm", Network);
        await _engine.RemoveAsync("volume", "rm", "--force", Volume);
    }

    private async Task<bool> AnswersAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            using var answer = await http.GetAsync(new Uri(Traffic, Storefront.Health));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            // Not yet.
            return false;
        }
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
