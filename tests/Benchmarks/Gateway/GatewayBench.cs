
namespace Platform.Benchmarks.Gateway;

/// <summary>
/// Requests per second and latency through direct, bare YARP, this gateway, nginx and HAProxy, on the same upstream. Rounds are interleaved,
/// each in another order, so that what else the machine does falls on all alike; a figure is the median of its rounds, and the comparison
/// is made within each round.
/// </summary>
internal sealed class GatewayBench : IBench
{
    private const string Direct = "direct";
    private const string BareYarp = "yarp";
    private const string Ours = "ours";
    private const string Whole = "ours, whole platform";

    public string Name => "gateway";

    public string Description => "requests/s and latency: direct, bare YARP, this gateway, nginx, HAProxy";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("rounds", "interleaved rounds per subject", "15"),
        new("seconds", "length of a round", "2"),
        new("connections", "keep-alive connections of the load generator", "32"),
    ];

    public async Task<BenchResult> RunAsync(BenchContext context)
    {
        foreach (var (binary, package) in new[] { (Wrk.Path, "wrk"), (NativeServer.Nginx, "nginx") })
        {
            if (!File.Exists(binary)) throw new BenchUsageException($"{binary} is missing; apt-get install {package}.");
        }

        var (rounds, connections) = (context.Integer("rounds"), context.Integer("connections"));
        var duration = context.Seconds("seconds");
        await using var upstream = await NativeServer.StartUpstreamAsync();
        await using var yarp = await ManagedProxy.StartBareYarpAsync(upstream.Address);
        await using var gateway = await ManagedProxy.StartGatewayAsync(upstream.Address);
        await using var whole = await WholePlatform.StartAsync(upstream.Address, context.CancellationToken);
        await using var nginx = await NativeServer.StartNginxAsync(upstream.Address);
        await using var haProxy = File.Exists(NativeServer.HaProxy) ? await NativeServer.StartHaProxyAsync(upstream.Address) : null;
        var subjects = new List<(string Name, Uri Address)> { (Direct, upstream.Address), (BareYarp, yarp.Address), (Ours, gateway.Address), (Whole, whole.Address), ("nginx", nginx.Address) };
        if (haProxy is not null) subjects.Add(("haproxy", haProxy.Address));
        else context.Say("HAProxy is left out: /usr/sbin/haproxy is missing; apt-get install haproxy.");

        context.Say("warming up …");
        foreach (var (_, address) in subjects) await Wrk.RunAsync(address, connections, TimeSpan.FromSeconds(3), context.CancellationToken);
        var results = subjects.ToDictionary(s => s.Name, _ => new List<Round>());
        var order = new Order(new Random(1));
        for (var round = 0; round < rounds; round++)
        {
            context.Say($"round {round + 1} of {rounds} …");
            foreach (var (name, address) in order.Shuffled(subjects))
            {
                var allocated = GC.GetTotalAllocatedBytes();
                var cpu = CpuTime(name);
                var load = await Wrk.RunAsync(address, connections, duration, context.CancellationToken);
                var requests = (double)Math.Max(load.Requests, 1);
                results[name].Add(new Round(load, (GC.GetTotalAllocatedBytes() - allocated) / requests, (CpuTime(name) - cpu).TotalMicroseconds / requests));
            }
        }

        var ratio = Median(results[Ours].Zip(results[BareYarp], (ours, bare) => ours.Load.RequestsPerSecond / bare.Load.RequestsPerSecond));
        return new BenchResult(
            [.. subjects.Select(s => Row(s.Name, connections, results[s.Name], Median(results[s.Name].Zip(results[BareYarp], (r, bare) => r.Load.RequestsPerSecond / bare.Load.RequestsPerSecond))))],
            [
                new BenchPromise($"at least 95 % of bare YARP's requests/s with metrics on ({ratio:P1})", ratio >= 0.95),
                new BenchPromise("no failed request through the gateway", results[Ours].Sum(r => r.Load.Failed) == 0),
            ]);

        TimeSpan CpuTime(string subject) => subject == Whole ? whole.CpuTime : Environment.CpuUsage.TotalTime;
    }

    private static Dictionary<string, object?> Row(string subject, int connections, List<Round> rounds, double share) => new()
    {
        ["subject"] = subject,
        ["connections"] = connections,
        ["rounds"] = rounds.Count,
        ["requestsPerSecond"] = Median(rounds.Select(r => r.Load.RequestsPerSecond)),
        ["p50Milliseconds"] = Median(rounds.Select(r => r.Load.P50Milliseconds)),
        ["p99Milliseconds"] = Median(rounds.Select(r => r.Load.P99Milliseconds)),
        ["failedRequests"] = rounds.Sum(r => r.Load.Failed),
        ["shareOfBareYarpRatio"] = share,
        // Of the proxy's process: what it itself needs, however busy the machine is.
        ["cpuMicrosecondsPerRequest"] = subject is BareYarp or Ours or Whole ? Median(rounds.Select(r => r.CpuPerRequest)) : null,
        ["allocatedBytesPerRequest"] = subject is BareYarp or Ours ? Median(rounds.Select(r => r.BytesPerRequest)) : null,
    };

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private sealed record Round(LoadResult Load, double BytesPerRequest, double CpuPerRequest);

    /// <summary>Another order each round, so that nobody always comes after the same neighbour.</summary>
    private sealed class Order(Random random)
    {
        public T[] Shuffled<T>(IEnumerable<T> items)
        {
            var shuffled = items.ToArray();
            random.Shuffle(shuffled);
            return shuffled;
        }
    }
}
