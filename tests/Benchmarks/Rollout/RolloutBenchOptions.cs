namespace Platform.Benchmarks.Rollout;

/// <summary>What the command line asked for.</summary>
internal sealed record RolloutBenchOptions
{
    public required int Switches { get; init; }
    public required int PeerSwitches { get; init; }
    public required int Blocks { get; init; }
    public required double Rate { get; init; }
    public required int Replicas { get; init; }
    public required string Strategy { get; init; }
    public required TimeSpan Steady { get; init; }
    public required StorefrontRuntime Runtime { get; init; }

    /// <summary>nginx, service or none.</summary>
    public required string Peer { get; init; }

    public static RolloutBenchOptions Of(BenchContext context)
    {
        var options = new RolloutBenchOptions
        {
            Switches = context.Integer("switches"),
            PeerSwitches = context.Integer("peer-switches") is > 0 and var peer ? peer : context.Integer("switches"),
            Blocks = Math.Clamp(context.Integer("blocks"), 1, Math.Max(1, context.Integer("switches"))),
            Rate = context.Number("rate"),
            Replicas = context.Integer("replicas"),
            Strategy = context.Text("strategy"),
            Steady = context.Seconds("steady"),
            Runtime = StorefrontRuntime.Of(context),
            Peer = context.Text("peer"),
        };
        var peers = options.Runtime.HasContainers ? "service" : "nginx";
        if (options.Peer == "auto") options = options with { Peer = peers };
        if (options.Peer != peers && options.Peer != "none") throw new BenchUsageException($"--peer: expected auto, {peers} or none beside --runtime {options.Runtime.Name}, found '{options.Peer}'.");
        if (options.Switches < 1) throw new BenchUsageException("--switches: expected at least 1.");
        if (options.Rate is not (> 0 and <= 100_000)) throw new BenchUsageException("--rate: expected requests per second, above 0.");
        if (options.Replicas is < 1 or > 50) throw new BenchUsageException("--replicas: expected 1 to 50.");
        if (options.Strategy is not ("blueGreen" or "rolling" or "canary" or "experiment"))
            throw new BenchUsageException($"--strategy: expected blueGreen, rolling, canary or experiment, found '{options.Strategy}'.");
        if (options.Peer != "none" && !File.Exists(Gateway.NativeServer.Nginx)) throw new BenchUsageException($"{Gateway.NativeServer.Nginx} is missing; apt-get install nginx, or leave it out with --peer none.");
        return options;
    }

    /// <summary>How many of all switches belong to a block, counted from 1: alike, the first ones take what is left over.</summary>
    public int SwitchesOf(int block, int all) => all / Blocks + (block <= all % Blocks ? 1 : 0);
}
