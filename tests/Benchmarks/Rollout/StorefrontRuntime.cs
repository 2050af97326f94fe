using Platform.Workloads.Manifests;

namespace Platform.Benchmarks.Rollout;

/// <summary>Where the Storefront is to run, as the command line says it.</summary>
/// <param name="Name">process, docker or swarm.</param>
/// <param name="Engine"><c>own</c>, or an engine's <c>unix://</c> socket.</param>
/// <param name="MayInitSwarm">That engine may be made a Swarm.</param>
internal sealed record StorefrontRuntime(string Name, string Engine, bool MayInitSwarm)
{
    public static IReadOnlyList<BenchOption> Options { get; } =
    [
        new("runtime", "process, docker or swarm", "process"),
        new("engine", "for docker and swarm: own (a Docker engine is started for the bench; needs root) or unix:///path/to/docker.sock", "own"),
        new("swarm-init", "yes: that engine may be made a Swarm while the bench runs", "no"),
    ];

    public bool HasContainers => Name != RuntimeNames.Process;

    public static StorefrontRuntime Of(BenchContext context)
    {
        var (name, engine) = (context.Text("runtime"), context.Text("engine"));
        if (name is not (RuntimeNames.Process or RuntimeNames.Docker or RuntimeNames.Swarm)) throw new BenchUsageException($"--runtime: expected process, docker or swarm, found '{name}'.");
        if (engine != "own" && !engine.StartsWith("unix:///", StringComparison.Ordinal)) throw new BenchUsageException($"--engine: expected own or unix:///path/to/docker.sock, found '{engine}'.");
        return context.Text("swarm-init") switch
        {
            "yes" => new StorefrontRuntime(name, engine, true),
            "no" => new StorefrontRuntime(name, engine, false),
            var other => throw new BenchUsageException($"--swarm-init: expected yes or no, found '{other}'."),
        };
    }
}
