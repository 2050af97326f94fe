using Platform.Deployment.Analysis;
using Platform.Deployment.Analysis.Kayenta;
using Platform.Deployment.Analysis.Statistical;

namespace Platform.Benchmarks.Judge;

/// <summary>
/// Seeded rollouts, drawn request by request and handed to every judge as production hands them over: a histogram per second and
/// revision. Says how often each aborts without a reason, how often it misses one, and how long it takes.
/// </summary>
internal sealed class JudgeBench : IBench
{
    public string Name => "judge";

    public string Description => "false aborts, misses and detection time of the canary judges, on simulated or recorded requests";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("rollouts", "seeded rollouts per line", "1000"),
        new("scenario", "names separated by commas; a-f; all: also c25tail, c50tail, edge, bursts, pauses, zeroErrors, zeroTo1, broken", "a-f"),
        new("weight", "the canary's shares of the traffic in percent, separated by commas", "1,5,10"),
        new("rate", "requests per second, separated by commas", "10,100,1000"),
        new("distribution", "latencies: lognormal, pareto (heavy tail) or bimodal", "lognormal"),
        new("seed", "where the random numbers start", "1"),
        new("settle", "seconds for which no judge looks at a new canary's latency", "15"),
        new("kayenta-point", "seconds per point of Kayenta's series", "10"),
        new("kayenta-every", "seconds between Kayenta's scores", "60"),
        new("check-every", "seconds per check of the Flagger-like judge", "60"),
        new("failed-checks", "failed checks after which it aborts", "5"),
        new("check-errors", "its error limit, percent", "1"),
        new("check-p95", "its p95 limit, times the true p95 of the baseline", "1.25"),
        new("baseline", "a recording of the old revision (time_ms,latency_ms,status per line) to draw from instead of --distribution", ""),
        new("canary", "a recording of the new revision: replayed beside the baseline's, then drawn from", ""),
    ];

    public Task<BenchResult> RunAsync(BenchContext context)
    {
        var baseline = context.Text("baseline") is { Length: > 0 } file ? Recording.Read(file) : null;
        var canary = context.Text("canary") is { Length: > 0 } other ? Recording.Read(other) : null;
        if (canary is not null && baseline is null) throw new BenchUsageException("--canary: needs --baseline beside it.");
        var model = baseline is null ? LatencyModel.Of(context.Text("distribution")) : LatencyModel.Of(baseline);
        var limits = new AnalysisLimits { ErrorRate = 0.05, MinRequests = 20, Settle = context.Seconds("settle") };
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        var scenarios = Scenarios(context.Text("scenario"));
        if (baseline is not null && canary is not null)
        {
            rows.AddRange(Contenders(context, model).Select(contender => Replay(contender, limits, baseline, canary)));
            scenarios = [Drawn(baseline, canary)];
        }

        foreach (var scenario in scenarios)
        {
            foreach (var weight in Numbers(context, "weight"))
            {
                foreach (var rate in Numbers(context, "rate"))
                {
                    context.Say($"{scenario.Name} ({scenario.Description}), {weight} % of {rate} requests/s …");
                    var seed = (ulong)context.Integer("seed");
                    var series = new Series(scenario, model, canary is null ? model : LatencyModel.Of(canary), weight / 100, rate, limits, seed);
                    foreach (var aborts in series.Run(Contenders(context, model), context.Integer("rollouts"), context.CancellationToken)) rows.Add(Row(series, aborts));
                }
            }
        }

        return Task.FromResult(new BenchResult(rows, JudgePromises.Of(rows)));
    }

    private static List<Contender> Contenders(BenchContext context, LatencyModel model) =>
    [
        new(new StatisticalJudge()),
        new(new KayentaJudge(new KayentaOptions { Point = context.Seconds("kayenta-point"), Every = context.Seconds("kayenta-every") }), MustPass: true),
        new(new ThresholdJudge()),
        new(new CheckingJudge("flagger", context.Seconds("check-every"), context.Integer("failed-checks"), context.Number("check-errors") / 100, context.Number("check-p95") * model.Quantile(0.95))),
    ];

    private static Dictionary<string, object?> Row(Series series, Aborts aborts)
    {
        var all = aborts.Seconds.Length;
        var onset = series.Scenario.Onset;
        var falsely = aborts.Seconds.Count(s => s <= (onset ?? double.MaxValue));
        var row = new Dictionary<string, object?>
        {
            ["subject"] = Subject(aborts.Subject),
            ["scenario"] = series.Scenario.Name,
            ["distribution"] = series.Baseline.Name,
            ["weightPercent"] = series.Weight * 100,
            ["requestsPerSecond"] = series.Rate,
            ["rollouts"] = all,
            ["falseAbortsPercent"] = onset == 0 ? null : 100.0 * falsely / all,
        };
        if (onset is null) return row;
        // A rollout that is never aborted is detected after all others; one that was aborted before anything was wrong is left out.
        var times = aborts.Seconds.Where(s => !(s <= onset)).Select(s => double.IsNaN(s) ? double.PositiveInfinity : s - onset.Value).Order().ToArray();
        row["missesPercent"] = 100.0 * times.Count(double.IsInfinity) / Math.Max(1, times.Length);
        row["medianDetectionSeconds"] = At(0.5);
        row["p95DetectionSeconds"] = At(0.95);
        row["medianCanaryRequests"] = aborts.CanaryRequests.Order().ElementAt(all / 2);
        return row;

        double? At(double q) => times.Length == 0 || double.IsInfinity(times[(int)(q * (times.Length - 1))]) ? null : times[(int)(q * (times.Length - 1))];
    }

    /// <summary>The recordings as they are, once.</summary>
    private static Dictionary<string, object?> Replay(Contender contender, AnalysisLimits limits, Recording baseline, Recording canary)
    {
        var trial = contender.Judge.Begin(limits);
        double? aborted = null;
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var interval in Recording.Beside(baseline, canary, start))
        {
            if (trial.Add(interval) != VerdictOutcome.Fail) continue;
            aborted = (interval.At - start).TotalSeconds;
            break;
        }

        return new Dictionary<string, object?>
        {
            ["subject"] = Subject(contender.Judge.Name),
            ["scenario"] = "recording",
            ["outcome"] = trial.Verdict.Outcome.ToString(),
            ["detectionSeconds"] = aborted,
            ["finding"] = trial.Verdict.Sentence,
        };
    }

    /// <summary>Rollouts whose requests are drawn from two recordings.</summary>
    private static Scenario Drawn(Recording baseline, Recording canary) => new()
    {
        Name = "drawn",
        Description = "requests drawn from the recordings",
        Seconds = 600,
        Onset = 0,
        BaselineErrors = _ => baseline.ErrorRate,
        CanaryErrors = _ => canary.ErrorRate,
    };

    private static string Subject(string judge) => judge == "statistical" ? "ours" : judge;

    private static IReadOnlyList<Scenario> Scenarios(string names) => names switch
    {
        "all" => Scenario.All,
        "a-f" => [.. Scenario.All.Where(s => s.IsStandard)],
        _ => [.. names.Split(',').Select(name => Scenario.All.FirstOrDefault(s => s.Name == name)
            ?? throw new BenchUsageException($"--scenario: there is no '{name}'; known: {string.Join(", ", Scenario.All.Select(s => s.Name))}, a-f, all."))],
    };

    private static double[] Numbers(BenchContext context, string option) =>
        [.. context.Text(option).Split(',').Select(part => double.TryParse(part, out var number) && number > 0
            ? number
            : throw new BenchUsageException($"--{option}: expected numbers above 0 separated by commas, found '{part}'."))];
}
