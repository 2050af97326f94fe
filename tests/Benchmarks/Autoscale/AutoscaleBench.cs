using System.Globalization;
using Platform.Benchmarks.Autoscale.Peers;

namespace Platform.Benchmarks.Autoscale;

/// <summary>
/// Replays recorded demand before the predictive scaler, its peers and what hindsight would have done. A replica serves the peak ÷ N; a decision at
/// the end of minute t sees minutes 0 … t and is ready at t + 1 + L; removal is immediate; what starts does not serve.
/// </summary>
internal sealed class AutoscaleBench : IBench
{
    private static readonly double[] Targets = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    private static readonly double[] Quantiles = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999];
    private static readonly double[] ServiceLevels =
    [
        0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.985, 0.9875, 0.99, 0.992, 0.994, 0.996, 0.9975, 0.9985, 0.999, 0.9995,
        0.9998, 0.9999, 0.99993, 0.99995, 0.99997, 0.99998, 0.99999, 0.999997, 0.999999, 0.9999997, 0.9999999, 0.99999997, 0.99999999,
    ];

    private static readonly int[] Holds = [5, 15, 60];

    public string Name => "autoscale";

    public string Description => "cost against requests over capacity of the predictive scaler, its peers and the hindsight optimum on recorded demand";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("trace", "a CSV with a header and a row per minute; rows that a column timestamp skips, and those with flag 'missing', are not known", ""),
        new("column", "the column with the demand", "requests"),
        new("peak-replicas", "N: replicas that the highest demand needs", "20"),
        new("startup", "L: minutes after the next before a new replica serves, separated by commas", "2,5,10"),
        new("warmup", "days that are replayed and not judged", "7"),
        new("segment", "only rows whose column segment is this", ""),
        new("row-minutes", "minutes that a row stands for", "1"),
        new("capacity", "demand that a replica serves, in place of highest demand ÷ N (for a trace that was cut)", ""),
        new("decisions", "a folder for L<startup>/<policy>-<parameter>.csv: minute, ready, wanted", ""),
    ];

    public async Task<BenchResult> RunAsync(BenchContext context)
    {
        if (context.Text("trace").Length == 0) throw new BenchUsageException("--trace: a file is needed.");
        if (!File.Exists(context.Text("trace"))) throw new BenchUsageException($"--trace: there is no file '{context.Text("trace")}'.");
        var trace = DemandTrace.Read(context.Text("trace"), new TraceFormat(context.Text("column"), context.Text("segment"), context.Integer("row-minutes")));
        var most = context.Integer("peak-replicas");
        var capacity = context.Text("capacity").Length > 0 ? context.Number("capacity") : trace.Peak / most;
        if (!(capacity > 0)) throw new BenchUsageException("--capacity: a replica must serve more than 0; the trace may be empty.");
        var from = (int)(context.Number("warmup") * 1440);
        if (from >= trace.Requests.Length) throw new BenchUsageException($"--warmup: the trace has only {trace.Requests.Length / 1440.0:0.#} days.");

        var rows = new List<IReadOnlyDictionary<string, object?>>();
        var promises = new List<BenchPromise>();
        foreach (var startup in Startups(context.Text("startup")))
        {
            context.Say($"start-up {startup} min, capacity {capacity:0.###}, {trace.Requests.Length} minutes …");
            var world = new World(capacity, startup, most);
            var runs = Runs(trace, world, context.CancellationToken);
            if (context.Text("decisions") is { Length: > 0 } folder) await DecisionFiles.WriteAsync(Path.Combine(folder, $"L{startup}"), runs, context.CancellationToken);
            var judged = new JudgedRuns(startup, [.. runs.Select(run => (run, ScalingScore.Of(run.Ready, run.Wanted, trace, world, from)))]);
            rows.AddRange(judged.Rows());
            promises.AddRange(judged.Promises());
        }

        return new BenchResult(rows, promises);
    }

    /// <summary>Every policy at every parameter.</summary>
    public static IReadOnlyList<Run> Runs(DemandTrace trace, World world, CancellationToken cancellationToken)
    {
        List<IScalingPolicy> policies =
        [
            .. Targets.Select(target => new HorizontalPodAutoscaler(world, target)),
            .. Targets.Select(target => new PredictiveHorizontalPodAutoscaler(world, target, new LinearSeries())),
            .. Targets.Select(target => new PredictiveHorizontalPodAutoscaler(world, target, new HoltWintersSeries())),
            .. Quantiles.Select(level => NaiveQuantile.Seasonal(world, level)),
            .. Quantiles.Select(level => NaiveQuantile.Persistence(world, level)),
            .. OurPolicy.Sweep(world, ServiceLevels),
        ];
        return
        [
            .. Simulation.OfAll(policies, trace, world, cancellationToken),
            Clairvoyant.StaticPeak(trace, world),
            .. Holds.Select(hold => Clairvoyant.Hindsight(trace, world, hold)),
        ];
    }

    private static int[] Startups(string text) => [.. text.Split(',').Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 0 and <= 120
        ? minutes
        : throw new BenchUsageException($"--startup: expected whole minutes from 0 to 120 separated by commas, found '{part}'."))];
}
