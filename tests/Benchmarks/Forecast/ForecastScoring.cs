using System.Diagnostics;

namespace Platform.Benchmarks.Forecast;

/// <summary>Runs methods over all series, one series at a time on one thread, and scores them on the whole and on each fold.</summary>
internal sealed class ForecastScoring(IReadOnlyList<ForecastCase> cases, int season, int[] folds)
{
    private readonly List<(string Fold, List<ForecastScore> Scores)> _parts =
        [("all", []), .. Enumerable.Range(0, folds.Max() + 1).Where(_ => folds.Max() > 0).Select(fold => ($"fold {fold + 1}", new List<ForecastScore>()))];

    /// <summary>Runs one method; returns its forecasts.</summary>
    public List<double[]> Run(string name, Func<ForecastCase, (double[] Forecast, Func<int, double, double>? Quantile)> method, CancellationToken cancellation)
    {
        // The whole process' processor time: compiling and collecting garbage are part of what a forecast costs.
        var before = ProcessorTime();
        var results = new List<(double[] Forecast, Func<int, double, double>? Quantile)>(cases.Count);
        foreach (var item in cases)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(method(item));
        }

        var seconds = (ProcessorTime() - before).TotalSeconds;
        for (var part = 0; part < _parts.Count; part++)
        {
            var score = new ForecastScore(name);
            for (var i = 0; i < cases.Count; i++)
            {
                if (part > 0 && folds[i] != part - 1) continue;
                score.Add(cases[i].History, cases[i].Actual, season, results[i].Forecast, results[i].Quantile);
            }

            if (part == 0) score.Seconds = seconds;
            _parts[part].Scores.Add(score);
        }

        return results.ConvertAll(result => result.Forecast);
    }

    /// <summary>A method's score on all series.</summary>
    public ForecastScore Whole(string name) => _parts[0].Scores.First(score => score.Subject == name);

    public List<IReadOnlyDictionary<string, object?>> Rows()
    {
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        foreach (var (fold, scores) in _parts)
        {
            var naive2 = scores.First(score => score.Subject == "naive2");
            foreach (var score in scores.OrderBy(score => score.OwaAgainst(naive2)))
            {
                var row = score.Row(naive2);
                if (_parts.Count > 1) row = new Dictionary<string, object?> { ["fold"] = fold }.Concat(row).ToDictionary(pair => pair.Key, pair => pair.Value);
                rows.Add(row);
            }
        }

        return rows;
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
