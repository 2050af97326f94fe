using Platform.Workloads.Runtimes.Processes;

namespace Platform.Deployment.Replicas;

/// <summary>Finds ports for replicas to listen on.</summary>
internal interface IReplicaPorts
{
    /// <summary>A port that is free now and not in <paramref name="taken"/> (intended for replicas that do not listen yet).</summary>
    int Next(IReadOnlySet<int> taken);
}

/// <summary>Ports of this machine.</summary>
internal sealed class MachinePorts(FreePorts ports) : IReplicaPorts
{
    public int Next(IReadOnlySet<int> taken)
    {
        // What is given out is not given out again for long, so this ends.
        while (true)
        {
            var port = ports.Take();
            if (!taken.Contains(port)) return port;
        }
    }
}
