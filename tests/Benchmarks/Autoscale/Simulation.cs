namespace Platform.Benchmarks.Autoscale;

/// <summary>What the policies may know of the world they are put into.</summary>
/// <param name="Capacity">Requests per minute that a replica serves.</param>
/// <param name="Startup">Minutes after the next before a replica that is asked for serves.</param>
/// <param name="Most">The most replicas.</param>
internal sealed record World(double Capacity, int Startup, int Most)
{
    /// <summary>Replicas that requests need: at least 1.</summary>
    public int Demand(double requests) => Math.Max(1, (int)Math.Ceiling(requests / Capacity));
}

/// <summary>What a policy did on a trace.</summary>
/// <param name="Ready">Replicas that served, by minute.</param>
/// <param name="Wanted">The decision at the end of each minute.</param>
internal sealed record Run(string Policy, string Parameter, int[] Ready, int[] Wanted);

/// <summary>Replays a trace minute by minute before policies, each with replicas of its own.</summary>
internal static class Simulation
{
    public static Run Of(IScalingPolicy policy, DemandTrace trace, World world) => OfAll([policy], trace, world, CancellationToken.None)[0];

    public static IReadOnlyList<Run> OfAll(IReadOnlyList<IScalingPolicy> policies, DemandTrace trace, World world, CancellationToken cancellationToken)
    {
        var minutes = trace.Requests.Length;
        var pools = policies.Select(_ => new ReplicaPool(world.Startup, ready: 1)).ToArray();
        var runs = policies.Select(policy => new Run(policy.Name, policy.Parameter, new int[minutes], new int[minutes])).ToArray();
        for (var minute = 0; minute < minutes; minute++)
        {
            if (minute % 1440 == 0) cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < runs.Length; i++)
            {
                runs[i].Ready[minute] = pools[i].Ready;
                var end = new MinuteEnd(minute, trace.Requests[minute], pools[i].Ready, [.. pools[i].MinutesToReady(minute)]);
                runs[i].Wanted[minute] = Math.Clamp(policies[i].Decide(end), 1, world.Most);
                pools[i].Want(runs[i].Wanted[minute], minute);
            }
        }

        return runs;
    }
}
