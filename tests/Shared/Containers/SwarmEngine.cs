namespace Platform.Testing;

/// <summary>An engine that is the only manager, and the only node, of a Swarm of its own; heard on loopback only.</summary>
public class SwarmEngine : DockerEngine
{
    /// <summary>A Swarm and live-restore exclude each other.</summary>
    protected override bool LiveRestore => false;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is not null) return;
        await DockerAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", $"127.0.0.1:{ServerProcess.FreePort()}");
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
        GC.SuppressFinalize(this);
    }
}
