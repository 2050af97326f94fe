using Platform.CommandLine.Client;
using Platform.CommandLine.Load;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;

namespace Platform.Benchmarks.Rollout;

/// <summary>
/// What a bad revision costs the visitors: how long a rollback takes to the last request that the bad revision answers, and how many requests
/// meet a broken canary until each judge has it taken back.
/// </summary>
internal sealed class RollbackBench : IBench
{
    private const string Good = "v1", Bad = "v2", Broken = "v3";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Target = TimeSpan.FromSeconds(2);

    public string Name => "rollback";

    public string Description => "rollbacks under load: time to the last request on the bad revision; requests that meet a broken canary, judge by judge";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("rollbacks", "rollbacks of each kind", "20"),
        new("rate", "requests per second, open loop", "500"),
        new("replicas", "replicas of each revision", "2"),
        new("weight", "the broken canary's share in percent", "1"),
        new("judges", "separated by commas; empty: no broken canary", "statistical,kayenta,threshold"),
        .. StorefrontRuntime.Options,
    ];

    public async Task<BenchResult> RunAsync(BenchContext context)
    {
        var (clock, ct) = (TimeProvider.System, context.CancellationToken);
        var (rollbacks, rate, replicas) = (context.Integer("rollbacks"), context.Number("rate"), context.Integer("replicas"));
        if (rollbacks < 1) throw new BenchUsageException("--rollbacks: expected at least 1.");
        var runtime = StorefrontRuntime.Of(context);
        await using var package = await StorefrontPackage.PrepareAsync(runtime, needsSwarm: false, Good, Bad, Broken);
        var folder = Directory.CreateTempSubdirectory("bench-rollback-").FullName;
        try
        {
            await using var platform = await PlatformChild.StartAsync(Path.Combine(folder, "platform"), clock, ct, package.Settings);
            var check = new Met();
            using var load = new LoadGenerator(
                new LoadOptions { Target = platform.Client.Addresses.Traffic, Profile = RateProfile.Constant(rate, TimeSpan.FromDays(1)), StreamShare = 0, Inspect = check.Inspect }, clock);
            var run = new Run(platform.Client, package, context, clock, check, load, replicas);
            await run.DeployAsync(Good, "strategy: blueGreen, watch: 0s, analysis: { judge: none }");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            load.Recorder.BeginPhase("all", TimeSpan.Zero);
            var sending = load.RunAsync(stop.Token);
            try
            {
                await Task.Delay(WarmUp, clock, ct);
                var rows = new List<IReadOnlyDictionary<string, object?>>();
                var kept = await run.RollBackAsync("old replicas kept", rollbacks, "10m");
                var cold = await run.RollBackAsync("old replicas started", rollbacks, "0s");
                rows.AddRange([Row(runtime.Name, "old replicas kept", kept), Row(runtime.Name, "old replicas started", cold)]);
                foreach (var judge in context.Text("judges").Split(',', StringSplitOptions.RemoveEmptyEntries)) rows.Add(await run.HarmAsync(judge, context.Integer("weight"), rate));
                return new BenchResult(
                    rows,
                    [
                        new BenchPromise($"inside the window, the last request on the bad revision within 2 s, in the median ({Median(kept):0} ms)", Median(kept) < Target.TotalMilliseconds),
                        new BenchPromise($"the same where the old replicas must be started ({Median(cold):0} ms)", Median(cold) < Target.TotalMilliseconds),
                    ]);
            }
            finally
            {
                await stop.CancelAsync();
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyDictionary<string, object?> Row(string runtime, string kind, IReadOnlyList<double> milliseconds) => new Dictionary<string, object?>
    {
        ["subject"] = "ours",
        ["runtime"] = runtime,
        ["case"] = $"rollback, {kind}",
        ["times"] = milliseconds.Count,
        ["lastBadRequestMilliseconds"] = Median(milliseconds),
        ["lastBadRequestP95Milliseconds"] = milliseconds.Order().ElementAt((int)Math.Ceiling(0.95 * milliseconds.Count) - 1),
        ["badRequests"] = null,
        ["failedRequests"] = null,
    };

    private static double Median(IReadOnlyList<double> values) => values.Order().ElementAt((values.Count - 1) / 2);

    /// <summary>Which revision answered what, by the answers alone.</summary>
    private sealed class Met
    {
        private long _broken, _lastBad;

        /// <summary>Good answers of the broken revision.</summary>
        public long OfBroken => Interlocked.Read(ref _broken);

        /// <summary>When the last request was meant to be sent that the bad revision answered.</summary>
        public TimeSpan LastBad => new(Interlocked.Read(ref _lastBad));

        public string? Inspect(in LoadRequest request, TimeSpan intended, int status, string body)
        {
            if (status is < 200 or >= 300) return $"status {status}";
            if (body.Contains($"\"version\":\"{Broken}\"", StringComparison.Ordinal)) Interlocked.Increment(ref _broken);
            if (body.Contains($"\"version\":\"{Bad}\"", StringComparison.Ordinal))
            {
                var before = Interlocked.Read(ref _lastBad);
                while (intended.Ticks > before && Interlocked.CompareExchange(ref _lastBad, intended.Ticks, before) is var seen && seen != before) before = seen;
            }

            return null;
        }
    }

    private sealed class Run(PlatformClient client, StorefrontPackage package, BenchContext context, TimeProvider clock, Met met, LoadGenerator load, int replicas)
    {
        private int _shipped;

        private long Failed => load.Recorder.Phases().Sum(p => p.Failures);

        /// <summary>Ships and returns, again and again.</summary>
        public async Task<IReadOnlyList<double>> RollBackAsync(string kind, int times, string kept)
        {
            var took = new List<double>();
            for (var number = 1; number <= times; number++)
            {
                await DeployAsync(Bad, $"strategy: blueGreen, watch: 500ms, scaleDownDelay: {kept}, analysis: {{ judge: none }}");
                var asked = load.Elapsed;
                var id = (await client.PostAsync<Accepted>("deployment", ServiceRoutes.Rollback, new RollbackRequest { Application = "storefront", Reason = "bench" }, context.CancellationToken)).Id;
                await EndAsync(id);
                took.Add((met.LastBad > asked ? met.LastBad - asked : TimeSpan.Zero).TotalMilliseconds);
                context.Say($"  {kind}, {number} of {times}: {took[^1]:0} ms");
            }

            return took;
        }

        /// <summary>A broken canary until it is taken back.</summary>
        public async Task<IReadOnlyDictionary<string, object?>> HarmAsync(string judge, int weight, double rate)
        {
            var (asked, failed, broken) = (load.Elapsed, Failed, met.OfBroken);
            var rollout = await DeployAsync(Broken, $"strategy: canary, steps: [{weight}, 100], stepDuration: 2m, analysis: {{ judge: {judge} }}");
            var row = new Dictionary<string, object?>
            {
                ["subject"] = judge == "statistical" ? "ours" : judge,
                ["runtime"] = context.Text("runtime"),
                ["case"] = $"broken canary at {weight} % of {rate:0}/s: {rollout.State}",
                ["times"] = 1,
                ["lastBadRequestMilliseconds"] = (load.Elapsed - asked).TotalMilliseconds,
                ["lastBadRequestP95Milliseconds"] = null,
                ["badRequests"] = met.OfBroken - broken + Failed - failed,
                ["failedRequests"] = Failed - failed,
            };
            context.Say($"  {judge}: {rollout.State}, {row["badRequests"]} requests met it, {row["failedRequests"]} failed: {rollout.Message}");
            return row;
        }

        public async Task<RolloutView> DeployAsync(string version, string rollout)
        {
            var manifest = $$"""
                name: storefront
                revision: {{version}}-{{++_shipped}}
                {{package.Section(version, journal: null)}}
                health: { path: {{Storefront.Health}}, interval: 500ms, timeout: 5s, unhealthyAfter: 5 }
                scaling: { min: {{replicas}}, max: {{replicas}}, metrics: [ { name: requestsPerSecond, target: 100000 } ] }
                rollout: { {{rollout}} }
                traffic: { drainTimeout: 10s }
                """;
            var id = (await client.PostAsync<Accepted>("deployment", ServiceRoutes.Deploy, new DeployRequest { Manifest = manifest, Reason = "bench" }, context.CancellationToken)).Id;
            return await EndAsync(id);
        }

        private async Task<RolloutView> EndAsync(Guid id)
        {
            while (true)
            {
                var rollout = await client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), context.CancellationToken);
                if (rollout is not null && RolloutText.HasEnded(rollout)) return rollout;
                await Task.Delay(Interval, clock, context.CancellationToken);
            }
        }
    }
}
