using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Platform.Testing;

/// <summary>
/// A Docker engine of our own, for tests and benches: socket, data, bridge and address range apart from any other's, one rule in the machine's firewall
/// (its addresses reach each other), no way out to a registry. Containers are reached on published ports. Gone without a trace afterwards.
/// </summary>
public class DockerEngine : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private readonly string _folder = Path.Combine("/tmp", EngineRemains.Prefix + Guid.NewGuid().ToString("N")[..8]);
    private ChildServer? _containers, _engine;

    /// <summary>Why there is no engine here; null: there is one.</summary>
    public string? Missing { get; private set; }

    protected bool IsRunning => _engine is { HasEnded: false };

    /// <summary>Containers go on while the engine is away. A Swarm cannot be had together with that.</summary>
    protected virtual bool LiveRestore => true;

    public string Socket => Path.Combine(_folder, "docker.sock");

    /// <summary>A folder for what tests put beside the engine; goes with it.</summary>
    public string Folder => _folder;

    private string ContainerdSocket => Path.Combine(_folder, "containerd.sock");

    private string Bridge => EngineRemains.BridgeOf(_folder);

    public virtual async ValueTask InitializeAsync()
    {
        Missing = WhyNot();
        if (Missing is not null) return;
        await EngineRemains.SweepAsync();
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, EngineRemains.OwnerFile), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        try
        {
            var network = FreeNetwork();
            await Command.RunAsync("ip", "link", "add", "name", Bridge, "type", "bridge");
            await Command.RunAsync("ip", "address", "add", $"{network}.255.1/24", "dev", Bridge);
            await Command.RunAsync("ip", "link", "set", Bridge, "up");
            await File.WriteAllTextAsync(Path.Combine(_folder, EngineRemains.NetworkFile), network);
            // Where another engine runs, what is forwarded is dropped unless a rule allows it, also between the ports of one bridge.
            await Command.RunAsync("iptables", EngineRemains.ForwardingRule("--insert", network));
            await StartAsync();
        }
        catch (Exception error) when (error is TimeoutException or InvalidOperationException)
        {
            Missing = $"No Docker engine can be started here: {error.Message}";
        }
    }

    /// <summary>Starts it, or starts it again on the same socket and data.</summary>
    public async Task StartAsync()
    {
        var network = await File.ReadAllTextAsync(Path.Combine(_folder, EngineRemains.NetworkFile));
        _containers ??= await StartContainerdAsync();
        var start = new ProcessStartInfo("dockerd")
        {
            ArgumentList =
            {
                "--containerd", ContainerdSocket,
                "--host", "unix://" + Socket,
                "--data-root", Path.Combine(_folder, "data"),
                "--exec-root", Path.Combine(_folder, "exec"),
                "--pidfile", Path.Combine(_folder, EngineRemains.EngineFile),
                "--bridge", Bridge,
                "--default-address-pool", $"base={network}.0.0/17,size=24",
                "--shutdown-timeout", "5",
                "--log-level", "warn",
            },
        };
        if (LiveRestore) start.ArgumentList.Add("--live-restore");
        start.ArgumentList.Add("--iptables=false");
        start.ArgumentList.Add("--ip-forward=false");
        _engine = ChildServer.Start(start);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (_engine.HasEnded) throw new InvalidOperationException(_engine.LastWord ?? "dockerd ended without a word");
                return File.Exists(Socket) && await Command.TryAsync("docker", ["--host", "unix://" + Socket, "version"]);
            },
            "the Docker engine answers",
            LongestStart);
    }

    /// <summary>As a crash would: nothing is said to the containers.</summary>
    public async Task KillAsync()
    {
        if (_engine is null) return;
        await _engine.KillAsync();
        _engine = null;
        // Its own process removes them when it ends in order; a new one refuses to start beside them.
        File.Delete(Socket);
    }

    /// <summary>As its service manager ends it, by SIGTERM.</summary>
    public async Task EndAsync()
    {
        if (_engine is null) return;
        await _engine.EndAsync();
        _engine = null;
    }

    /// <summary>The client's answer.</summary>
    public Task<string> DockerAsync(params string[] arguments) => Command.RunAsync("docker", ["--host", "unix://" + Socket, .. arguments]);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_engine is { HasEnded: false })
        {
            var containers = (await DockerAsync("ps", "-aq")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (containers.Length > 0) await DockerAsync(["rm", "--force", "--volumes", .. containers]);
            await DockerAsync("network", "prune", "--force");
            await _engine.EndAsync();
        }

        if (_containers is not null) await _containers.EndAsync();
        if (Directory.Exists(_folder)) await EngineRemains.RemoveAsync(_folder);
    }

    /// <summary>Apart from the engine, as distributions run it: it and the containers' shims outlive an engine that is killed.</summary>
    private async Task<ChildServer> StartContainerdAsync()
    {
        var configuration = Path.Combine(_folder, "containerd.toml");
        await File.WriteAllTextAsync(configuration, "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n");
        var server = ChildServer.Start(new ProcessStartInfo("containerd")
        {
            ArgumentList =
            {
                "--config", configuration,
                "--address", ContainerdSocket,
                "--root", Path.Combine(_folder, "containerd"),
                "--state", Path.Combine(_folder, "run"),
                "--log-level", "error",
            },
        });
        await Eventually.HoldsAsync(() => File.Exists(ContainerdSocket) || server.HasEnded, "containerd listens", LongestStart);
        return server;
    }

    private static string? WhyNot()
    {
        if (!Environment.IsPrivilegedProcess) return "A Docker engine of one's own needs root.";
        foreach (var (program, package) in new[] { ("dockerd", "docker.io"), ("containerd", "containerd"), ("docker", "docker.io"), ("ip", "iproute2"), ("iptables", "iptables"), ("debootstrap", "debootstrap") })
        {
            if (!Command.Exists(program)) return $"'{program}' is not installed (apt-get install {package})";
        }

        return null;
    }

    /// <summary>The first two numbers of an address range that no route of this machine leads to.</summary>
    private static string FreeNetwork()
    {
        var routes = File.ReadLines("/proc/net/route").Skip(1).Select(line => line.Split('\t')[1]).ToHashSet(StringComparer.Ordinal);
        while (true)
        {
            var second = RandomNumberGenerator.GetInt32(100, 250);
            // Addresses stand there in the machine's byte order: 10.200.1.0 is 0001C80A.
            if (!routes.Any(route => route.EndsWith($"{second:X2}0A", StringComparison.Ordinal))) return $"10.{second}";
        }
    }
}
