using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>A Swarm of two engines: a manager that takes no tasks, and the node that runs them all.</summary>
public sealed class SwarmPair : SwarmEngine, IAsyncLifetime
{
    private readonly WorkerEngine _worker = new();

    public DockerEngine Worker => _worker;

    public string ChildImage { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is not null) return;
        await _worker.InitializeAsync();
        var own = LoopbackNode.Free();
        await _worker.DockerAsync(
            "swarm", "join", "--token", await DockerAsync("swarm", "join-token", "--quiet", "worker"),
            "--advertise-addr", own.Address, "--listen-addr", own.ToString(), "--data-path-addr", own.Address, Node.ToString());
        await DockerAsync("node", "update", "--availability", "drain", await DockerAsync("info", "--format", "{{.Swarm.NodeID}}"));
        await Containers.ChildImage.ImportBaseAsync(_worker);
        ChildImage = await Containers.ChildImage.BuildAsync(_worker);
    }

    public override async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await base.DisposeAsync();
    }

    private sealed class WorkerEngine : DockerEngine
    {
        protected override bool LiveRestore => false;
    }
}
