using Platform.Testing;

namespace Platform.Benchmarks.Containers;

/// <summary>
/// The Docker engine that a bench works on: one of its own, a Swarm of one node, or one that somebody has, which is left as it was found but
/// for the images and the Swarm that was asked for.
/// </summary>
internal sealed class BenchEngine : IAsyncDisposable
{
    private const string Scheme = "unix://";

    private readonly SwarmEngine? _own;
    private readonly Func<ValueTask>? _leave;

    private BenchEngine(string socket, SwarmEngine? own, Func<ValueTask>? leave) => (Socket, _own, _leave) = (socket, own, leave);

    /// <summary>The socket's path.</summary>
    public string Socket { get; }

    public string Endpoint => Scheme + Socket;

    /// <summary>Starts or finds it.</summary>
    /// <param name="endpoint"><c>own</c>, or <c>unix:///path/to/docker.sock</c>.</param>
    /// <param name="needsSwarm">It has to be a manager of a Swarm.</param>
    /// <param name="mayInit">Somebody's engine may be made a Swarm, for as long as the bench runs.</param>
    public static async Task<BenchEngine> StartAsync(string endpoint, bool needsSwarm, bool mayInit)
    {
        if (endpoint == "own")
        {
            var own = new SwarmEngine();
            await own.InitializeAsync();
            if (own.Missing is null) return new BenchEngine(own.Socket, own, null);
            await own.DisposeAsync();
            throw new BenchUsageException($"{own.Missing}. Or name an engine that runs: --engine unix:///var/run/docker.sock.");
        }

        var given = new BenchEngine(endpoint[Scheme.Length..], null, null);
        if (!await Command.TryAsync("docker", ["--host", endpoint, "version"])) throw new BenchUsageException($"--engine: no Docker engine answers at {endpoint}.");
        if (!needsSwarm || await given.DockerAsync("info", "--format", "{{.Swarm.ControlAvailable}}") == "true") return given;
        if (!mayInit) throw new BenchUsageException($"The engine at {endpoint} is no manager of a Swarm. --swarm-init yes makes it one while the bench runs; --runtime docker with --peer none needs none.");
        var node = LoopbackNode.Free();
        await given.DockerAsync("swarm", "init", "--advertise-addr", node.Address, "--listen-addr", node.ToString(), "--data-path-addr", node.Address);
        return new BenchEngine(given.Socket, null, async () => await given.DockerAsync("swarm", "leave", "--force"));
    }

    /// <summary>The client's answer.</summary>
    public Task<string> DockerAsync(params string[] arguments) => Command.RunAsync("docker", ["--host", Endpoint, .. arguments]);

    /// <summary>Removes what is held until the last of a Swarm's tasks is gone, a moment after its service.</summary>
    public Task RemoveAsync(params string[] arguments) =>
        Eventually.HoldsAsync(() => Command.TryAsync("docker", ["--host", Endpoint, .. arguments]), $"docker {string.Join(' ', arguments)} succeeds", TimeSpan.FromMinutes(2));

    /// <summary>Builds an image; BuildKit's plug-in is not everywhere.</summary>
    public Task BuildAsync(params string[] arguments) =>
        Command.RunAsync("docker", ["build", "--quiet", .. arguments], new Dictionary<string, string> { ["DOCKER_HOST"] = Endpoint, ["DOCKER_BUILDKIT"] = "0" });

    /// <summary>Puts the base image into it, unless it is there.</summary>
    public async Task ImportBaseAsync(string tag)
    {
        if (await Command.TryAsync("docker", ["--host", Endpoint, "image", "inspect", tag])) return;
        await Command.RunAsync(Path.Combine(Checkout.Root, "infrastructure/docker/base-image.sh"), [tag], new Dictionary<string, string> { ["DOCKER_HOST"] = Endpoint });
    }

    /// <summary>A file in a volume; empty: there is none.</summary>
    public async Task<IReadOnlyList<string>> ReadVolumeAsync(string image, string volume, string file)
    {
        var text = await DockerAsync(
            "run", "--rm", "--network", "none", "--mount", $"type=volume,source={volume},target=/volume,readonly", "--entrypoint", "bash", image, "-c", $"[ ! -f /volume/{file} ] || cat /volume/{file}");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public async ValueTask DisposeAsync()
    {
        if (_leave is not null) await _leave();
        if (_own is not null) await _own.DisposeAsync();
    }
}
