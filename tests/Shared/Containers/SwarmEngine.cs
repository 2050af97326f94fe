namespace Platform.Testing;

/// <summary>An engine that is the only manager, and the only node, of a Swarm of its own; heard on loopback only.</summary>
public class SwarmEngine : DockerEngine
{
    /// <summary>The bridge that a Swarm's engine makes under this one name, and leaves behind.</summary>
    private const string TaskBridge = "docker_gwbridge";

    private bool _bridgeIsOurs;

    /// <summary>Where the other nodes reach it.</summary>
    internal LoopbackNode Node { get; } = LoopbackNode.Free();

    /// <summary>A Swarm and live-restore exclude each other.</summary>
    protected override bool LiveRestore => false;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is not null) return;
        _bridgeIsOurs = !Directory.Exists("/sys/class/net/" + TaskBridge);
        await DockerAsync("swarm", "init", "--advertise-addr", Node.Address, "--listen-addr", Node.ToString(), "--data-path-addr", Node.Address);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Missing is null && IsRunning)
        {
            var services = (await DockerAsync("service", "ls", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (services.Length > 0) await DockerAsync(["service", "rm", .. services]);
            await DockerAsync("swarm", "leave", "--force");
        }

        await base.DisposeAsync();
        if (_bridgeIsOurs) await Command.TryAsync("ip", ["link", "delete", TaskBridge]);
        GC.SuppressFinalize(this);
    }
}
