namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>
/// Ridge regression of the next value on a few lags (near ones and whole seasons back) and on the waves of the seasons, continued step by
/// step with its own forecasts. The lags' coefficients are drawn to those of a seasonal random walk, so that little history gives a plain
/// forecast and much history a fine one. In the spirit of Card's adaptive autoregression (Doornik, Castle and Hendry 2020, "Card forecasts
/// for M4", Int. J. Forecasting 36). Learned in one pass over the history: O(n p²) and O(p³ + horizon · p) per origin.
/// </summary>
internal sealed class SeasonalRegression(string name, SeasonalRegression.Design design) : IModel
{
    /// <summary>Standardised values are held within this many standard deviations, so that no unstable root runs away.</summary>
    private const double Farthest = 12;

    public string Name => name;

    public int Needs(PreparedSeries history) => LagsOf(history).Max(lag => lag.Steps) + Math.Max(4, history.Seasons.Short / 3);

    public void Forecast(PreparedSeries history, ReadOnlySpan<int> origins, double[][] paths)
    {
        var horizon = paths.Max(path => path.Length);
        var lags = LagsOf(history);
        var (mean, deviation) = Moments(history.Values);
        var values = new double[history.Count + horizon];
        for (var t = 0; t < history.Count; t++) values[t] = (history.Values[t] - mean) / deviation;

        var waves = new Waves(history.Seasons.Short, design.ShortHarmonics, history.Seasons.Long, design.LongHarmonics, values.Length);
        var size = 1 + lags.Count + waves.Count;
        var (penalties, priors) = (new double[size], new double[size]);
        penalties[0] = 1e-4;
        for (var i = 0; i < lags.Count; i++) (penalties[1 + i], priors[1 + i]) = (design.LagPenalty, lags[i].Prior);
        for (var i = 0; i < waves.Count; i++) penalties[1 + lags.Count + i] = waves.Roughness[i] > 0 ? design.LongPenalty * waves.Roughness[i] : design.ShortPenalty;

        var system = new RidgeSystem(size);
        var (row, solution) = (new double[size], new double[size]);
        var (weight, growth) = (1.0, design.HalfLife > 0 ? Math.Pow(2, 1 / (design.HalfLife * Math.Max(1, history.Seasons.Short))) : 1);
        var next = 0;
        for (var t = lags.Max(lag => lag.Steps); t <= history.Count; t++)
        {
            for (; next < origins.Length && origins[next] <= t; next++)
            {
                system.Solve(penalties, priors, solution);
                Continue(values, origins[next], solution, paths[next]);
                for (var h = 0; h < paths[next].Length; h++) paths[next][h] = (paths[next][h] * deviation) + mean;
            }

            if (t == history.Count) break;
            if (history.Known[t])
            {
                Fill(t);
                system.Add(row, values[t], weight);
            }

            weight *= growth;
        }

        void Fill(int t)
        {
            row[0] = 1;
            for (var i = 0; i < lags.Count; i++) row[1 + i] = values[t - lags[i].Steps];
            waves.At(t).CopyTo(row.AsSpan(1 + lags.Count));
        }

        // The forecasts stand in for the values after the origin, which are put back afterwards.
        void Continue(double[] all, int origin, double[] coefficients, double[] path)
        {
            var kept = all[origin..(origin + path.Length)];
            for (var h = 0; h < path.Length; h++)
            {
                Fill(origin + h);
                path[h] = all[origin + h] = Math.Clamp(Vectors.Dot(row, coefficients), -Farthest, Farthest);
            }

            kept.CopyTo(all, origin);
        }
    }

    private List<(int Steps, double Prior)> LagsOf(PreparedSeries history)
    {
        var lags = new List<(int Steps, double Prior)>();
        foreach (var lag in design.Lags)
        {
            if ((lag.Short > 0 && history.Seasons.Short == 0) || (lag.Long > 0 && history.Seasons.Long == 0)) continue;
            var steps = (lag.Short * history.Seasons.Short) + (lag.Long * history.Seasons.Long) + lag.Steps;
            if (!lags.Exists(l => l.Steps == steps)) lags.Add((steps, lag.Prior));
        }

        return lags;
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        var mean = values.Average();
        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        var deviation = Math.Sqrt(squares / values.Length);
        return (mean, deviation > 0 ? deviation : 1);
    }

    /// <summary>A lag of whole seasons and some steps.</summary>
    /// <param name="Short">Shorter seasons.</param>
    /// <param name="Long">Longer seasons.</param>
    /// <param name="Steps">Steps.</param>
    /// <param name="Prior">What its coefficient is drawn to.</param>
    internal readonly record struct Lag(int Short, int Long, int Steps, double Prior);

    /// <summary>What a regression looks at. Penalties are relative to the weight of the whole history.</summary>
    internal sealed record Design
    {
        /// <summary>The lags; those of seasons that are not there are left out.</summary>
        public required Lag[] Lags { get; init; }

        /// <summary>Harmonics of the shorter season.</summary>
        public int ShortHarmonics { get; init; } = 11;

        /// <summary>Harmonics of the longer season.</summary>
        public int LongHarmonics { get; init; }

        public double LagPenalty { get; init; } = 0.01;

        public double ShortPenalty { get; init; } = 0.01;

        public double LongPenalty { get; init; } = 0.02;

        /// <summary>Shorter seasons after which a row counts half; 0 for never.</summary>
        public double HalfLife { get; init; }
    }
}
