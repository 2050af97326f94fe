using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Forecasting.Ensemble;

/// <summary>
/// What the errors of the past forecasts say about the next one: split-conformal quantiles of scaled errors (Vovk et al. 2005; Lei et al.
/// 2018). An error is divided by a power of the forecast's level (0, ½ or 1, whichever makes errors most alike) and by the mean error at
/// its distance; the quantiles of what is left, pooled over all distances, are widened from the normal to Student's t for the few
/// independent stretches they stem from.
/// </summary>
internal sealed class PathErrors
{
    private static readonly double[] Powers = [0, 0.5, 1];
    private static readonly double[] Scores = Normal.ScoresOf(QuantileForecast.Levels);

    private readonly double _power;
    private readonly double _least;
    private readonly double[] _byDistance;
    private readonly double[] _quantiles;

    private PathErrors(double power, double least, double[] byDistance, double[] quantiles) =>
        (_power, _least, _byDistance, _quantiles) = (power, least, byDistance, quantiles);

    /// <param name="history">What followed.</param>
    /// <param name="origins">The past origins.</param>
    /// <param name="paths">The combined forecast from each past origin, weighted without knowing what followed it.</param>
    public static PathErrors Of(PreparedSeries history, RollingOrigins origins, double[][] paths)
    {
        // Far below the usual level errors do not shrink any further.
        var least = history.Values.Average(Math.Abs) / 20;
        var samples = Samples(history, origins, paths);
        if (samples.Count < 2) return RandomWalk(history);
        var power = least > 0 ? Powers.MinBy(p => Dispersion(samples, p, least)) : 0;
        var byDistance = MeanByDistance(samples, power, least, origins.Judged);
        var scaled = samples.ConvertAll(s => s.Error / (Level(s.Forecast, power, least) * byDistance[s.Distance]));
        scaled.RemoveAll(double.IsNaN);
        scaled.Sort();
        return new PathErrors(power, least, byDistance, Quantiles(scaled, origins.Stretches));
    }

    /// <summary>Quantiles around a forecast, one per level of <see cref="QuantileForecast.Levels"/>; its middle one is the forecast itself.</summary>
    /// <param name="forecast">The combined forecast.</param>
    /// <param name="distance">Steps ahead, from 0.</param>
    /// <param name="quantiles">Filled.</param>
    public void Around(double forecast, int distance, Span<double> quantiles)
    {
        // Beyond what could be judged, errors are taken to grow like those of a random walk.
        var judged = _byDistance.Length;
        var spread = distance < judged ? _byDistance[distance] : _byDistance[^1] * Math.Sqrt((distance + 1.0) / judged);
        spread *= Level(forecast, _power, _least);
        for (var i = 0; i < quantiles.Length; i++) quantiles[i] = forecast + (spread * _quantiles[i]);
    }

    private static List<(double Error, double Forecast, int Distance)> Samples(PreparedSeries history, RollingOrigins origins, double[][] paths)
    {
        var samples = new List<(double, double, int)>(origins.Past * origins.Judged);
        for (var k = 0; k < origins.Past; k++)
        {
            for (var h = 0; h < paths[k].Length; h++)
            {
                var t = origins.Counts[k] + h;
                if (history.Known[t]) samples.Add((history.Values[t] - paths[k][h], paths[k][h], h));
            }
        }

        return samples;
    }

    /// <summary>Too short to have been wrong: steps like those seen, half the value where none were, growing with the root of the distance.</summary>
    private static PathErrors RandomWalk(PreparedSeries history)
    {
        var steps = 0.0;
        for (var t = 1; t < history.Count; t++) steps += Math.Abs(history.Values[t] - history.Values[t - 1]);
        var step = history.Count > 1 ? steps / (history.Count - 1) : Math.Abs(history.Values[0]) / 2;
        // The mean absolute value of a normal variable is 0.798 standard deviations.
        return new PathErrors(0, 0, [step], [.. Scores.Select(z => StudentT(z, 1) / 0.798)]);
    }

    private static double Level(double forecast, double power, double least) => power == 0 ? 1 : Math.Pow(Math.Max(Math.Abs(forecast), least), power);

    /// <summary>The negative log likelihood of the errors as Laplace-distributed with a spread that goes with a power of the level.</summary>
    private static double Dispersion(List<(double Error, double Forecast, int Distance)> samples, double power, double least)
    {
        var (scaled, logs) = (0.0, 0.0);
        foreach (var (error, forecast, _) in samples)
        {
            var level = Level(forecast, power, least);
            scaled += Math.Abs(error) / level;
            logs += Math.Log(level);
        }

        return Math.Log((scaled / samples.Count) + double.Epsilon) + (logs / samples.Count);
    }

    /// <summary>The mean absolute scaled error at each distance, smoothed over its neighbours and drawn a little to the overall mean.</summary>
    private static double[] MeanByDistance(List<(double Error, double Forecast, int Distance)> samples, double power, double least, int judged)
    {
        const double Pull = 4;
        var (sums, counts, all) = (new double[judged], new double[judged], 0.0);
        foreach (var (error, forecast, distance) in samples)
        {
            var scaled = Math.Abs(error) / Level(forecast, power, least);
            sums[distance] += scaled;
            counts[distance]++;
            all += scaled / samples.Count;
        }

        var reach = Math.Max(1, judged / 16);
        var means = new double[judged];
        for (var h = 0; h < judged; h++)
        {
            var (sum, count) = (Pull * all, Pull);
            for (var near = Math.Max(0, h - reach); near <= Math.Min(judged - 1, h + reach); near++)
            {
                var weight = 1 - (Math.Abs(near - h) / (reach + 1.0));
                sum += weight * sums[near];
                count += weight * counts[near];
            }

            means[h] = sum / count;
        }

        return means;
    }

    private static double[] Quantiles(List<double> sorted, double stretches)
    {
        var levels = QuantileForecast.Levels;
        var quantiles = new double[levels.Length];
        if (sorted.Count == 0) return quantiles;
        // Of one or two stretches even the spread is anyone's guess: a factor of 3, 1.5, 1.2, … 1.01.
        var few = 1 + (2.0 / stretches / stretches);
        for (var i = 0; i < levels.Length; i++)
        {
            // The order statistic at (n + 1) times the level is right on average whatever the distribution.
            var position = Math.Clamp((levels[i] * (sorted.Count + 1)) - 1, 0, sorted.Count - 1);
            var left = (int)position;
            var right = Math.Min(left + 1, sorted.Count - 1);
            var quantile = sorted[left] + ((position - left) * (sorted[right] - sorted[left]));
            var widened = quantile * few * (Scores[i] == 0 ? 1 : StudentT(Scores[i], stretches) / Scores[i]);
            quantiles[i] = Scores[i] < 0 ? Math.Min(0, widened) : Scores[i] > 0 ? Math.Max(0, widened) : 0;
        }

        return quantiles;
    }

    /// <summary>
    /// Student's quantile at the level of a normal score, by Fisher's expansion (Abramowitz and Stegun 26.7.5); at least three degrees of
    /// freedom, below which it no longer converges.
    /// </summary>
    private static double StudentT(double z, double freedom)
    {
        var v = Math.Max(3, freedom);
        var z2 = z * z;
        return z * (1 + ((z2 + 1) / (4 * v)) + (((((5 * z2) + 16) * z2) + 3) / (96 * v * v)) + (((((((3 * z2) + 19) * z2) + 17) * z2) - 15) / (384 * v * v * v)));
    }
}
