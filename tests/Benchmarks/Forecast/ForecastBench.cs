using System.Globalization;
using Platform.Autoscaler.Forecasting;
using Platform.Autoscaler.Forecasting.Ensemble;

namespace Platform.Benchmarks.Forecast;

/// <summary>
/// Forecasts every series of a file in the format of the M4 competition, as the autoscaler does, and scores the forecasts on what
/// followed, beside the competition's benchmarks.
/// </summary>
internal sealed class ForecastBench : IBench
{
    public string Name => "forecast";

    public string Description => "accuracy, intervals and cost of the forecasts on series in M4's file format";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("train", "the histories: a header, then id and values per line", ""),
        new("test", "what followed, in the same format, matched by id", ""),
        new("season", "steps per season of the competition's measures and benchmarks; a day to the forecaster's clock", "24"),
        new("out", "also write the forecasts there: id and forecasts per line, no header", ""),
        new("back", "leave out this many of the newest values of every history and score on what followed them: a test without the test file", "0"),
        new("latest", "keep only this many of the newest values of every history: how forecasts begin; 0 for all", "0"),
        new("missing", "percent of the history's values taken away at random", "0"),
        new("folds", "also score this many random parts of the series one by one", "1"),
        new("seed", "how the parts, and what is missing, are drawn", "1"),
        new("models", "yes: also score every model of the ensemble alone", "no"),
        new("most-owa", "the OWA promised; 0 for no promise", "0.44"),
        new("most-seconds", "the processor seconds per 1,000 series promised; 0 for no promise", "10"),
    ];

    public async Task<BenchResult> RunAsync(BenchContext context)
    {
        var season = context.Integer("season");
        if (season < 2) throw new BenchUsageException("--season: expected at least 2 steps.");
        var cases = Cases(context);
        var scoring = new ForecastScoring(cases, season, Folds(cases.Count, context.Integer("folds"), context.Integer("seed")));
        context.Say($"{cases.Count} series, {cases[0].Actual.Length} steps ahead …");
        foreach (var (name, forecast) in PeerForecasts.All)
        {
            scoring.Run(name, item => (forecast(ForecastCase.Filled(item.History), season, item.Actual.Length), null), context.CancellationToken);
        }

        if (context.Text("models") == "yes")
        {
            foreach (var (name, forecast) in SingleModels.All(season))
            {
                scoring.Run(name, item => (forecast(item.History, item.Actual.Length), null), context.CancellationToken);
            }
        }

        var forecaster = new EnsembleForecaster();
        var step = TimeSpan.FromDays(1) / season;
        var forecasts = scoring.Run(
            "ours",
            item =>
            {
                var forecast = forecaster.Forecast(new TimeSeries(item.History, step), item.Actual.Length);
                return ([.. Enumerable.Range(1, item.Actual.Length).Select(forecast.Median)], forecast.At);
            },
            context.CancellationToken);
        if (context.Text("out") is { Length: > 0 } file)
        {
            await File.WriteAllLinesAsync(file, cases.Zip(forecasts, (item, path) => string.Join(',', path.Select(v => v.ToString("R", CultureInfo.InvariantCulture)).Prepend(item.Id))), context.CancellationToken);
        }

        return new BenchResult(scoring.Rows(), Promises(context, scoring));
    }

    private static List<BenchPromise> Promises(BenchContext context, ForecastScoring scoring)
    {
        var promises = new List<BenchPromise>();
        var ours = scoring.Whole("ours");
        var (owa, seconds) = (ours.OwaAgainst(scoring.Whole("naive2")), ours.Seconds * 1000 / ours.Series);
        if (context.Number("most-owa") is > 0 and var mostOwa) promises.Add(new($"OWA at most {mostOwa:0.000} ({owa:0.000})", owa <= mostOwa));
        if (context.Number("most-seconds") is > 0 and var mostSeconds) promises.Add(new($"at most {mostSeconds:0.#} processor seconds per 1,000 series ({seconds:0.0})", seconds <= mostSeconds));
        return promises;
    }

    private static List<ForecastCase> Cases(BenchContext context)
    {
        if (context.Text("train").Length == 0) throw new BenchUsageException("--train: a file is missing.");
        var train = M4File.Read(context.Text("train"));
        var back = context.Integer("back");
        if (back < 0) throw new BenchUsageException("--back: expected at least 0.");
        if (context.Text("test").Length == 0) throw new BenchUsageException("--test: a file is missing.");
        var test = M4File.Read(context.Text("test")).ToDictionary(series => series.Id, series => series.Values);
        var cases = new List<ForecastCase>();
        foreach (var (id, values) in train)
        {
            if (!test.TryGetValue(id, out var actual)) throw new BenchUsageException($"--test: there is no series '{id}'.");
            if (back == 0)
            {
                cases.Add(new ForecastCase(id, values, actual));
                continue;
            }

            if (values.Length <= back || back < actual.Length) throw new BenchUsageException($"--back: '{id}' has {values.Length} values and {actual.Length} to forecast.");
            cases.Add(new ForecastCase(id, values[..^back], values[^back..^(back - actual.Length)]));
        }

        return [.. cases.Select((item, number) => item with { History = Thinned(context, item.History, number) })];
    }

    /// <summary>A history cut to its newest values, and with holes, as asked for.</summary>
    private static double[] Thinned(BenchContext context, double[] history, int number)
    {
        var (latest, missing) = (context.Integer("latest"), context.Number("missing"));
        if (latest < 0) throw new BenchUsageException("--latest: expected at least 0.");
        if (missing is not (>= 0 and < 100)) throw new BenchUsageException("--missing: expected at least 0 and less than 100.");
        var random = new Random((1_000_003 * context.Integer("seed")) + number);
        var kept = latest > 0 && latest < history.Length ? history[^latest..] : history;
        return missing > 0 ? Array.ConvertAll(kept, value => random.NextDouble() * 100 < missing ? double.NaN : value) : kept;
    }

    /// <summary>Which part each series is in.</summary>
    private static int[] Folds(int series, int folds, int seed)
    {
        if (folds < 1) throw new BenchUsageException("--folds: expected at least 1.");
        var parts = Enumerable.Range(0, series).Select(i => i % folds).ToArray();
        new Random(seed).Shuffle(parts);
        return parts;
    }
}

/// <summary>A history and what followed.</summary>
internal sealed record ForecastCase(string Id, double[] History, double[] Actual)
{
    /// <summary>Every missing value replaced with the one before: what the peers, who know no gaps, are given.</summary>
    public static double[] Filled(double[] history)
    {
        var filled = (double[])history.Clone();
        var first = Array.FindIndex(filled, double.IsFinite);
        for (var t = 0; t < filled.Length; t++)
        {
            if (!double.IsFinite(filled[t])) filled[t] = t > 0 ? filled[t - 1] : first < 0 ? 0 : filled[first];
        }

        return filled;
    }
}
