using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Forecasting.Ensemble;

/// <summary>
/// Lets every model that fits the series forecast from a dozen moments of the past, weighs them by how right they were, and spreads their
/// weighted midmean by how wrong it was. Nothing is tuned to a series by hand, and nothing is kept between calls. Cost grows with the
/// history (a few milliseconds for a thousand values); only the newest <c>longest</c> values are looked at.
/// </summary>
internal sealed class EnsembleForecaster : IForecaster
{
    /// <summary>Of hourly values 24 weeks, of five-minute values two.</summary>
    public const int DefaultLongest = 4032;

    /// <summary>Models with less say than this are not worth a mention.</summary>
    private const double WorthAMention = 0.01;

    private readonly int _longest;

    /// <param name="longest">How many of the newest values are looked at.</param>
    public EnsembleForecaster(int longest = DefaultLongest) => _longest = longest;

    public string Name => "ensemble";

    public QuantileForecast Forecast(TimeSeries history, int horizon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        var (recent, unknown) = Known(history.Latest(_longest));
        if (recent.Count == 0) return new QuantileForecast(history, horizon, new double[horizon * QuantileForecast.Levels.Length], []);

        // In units of a power of two near the highest value, which costs no digit, nothing below depends on the unit of measurement.
        var unit = UnitOf(recent.Values);
        var past = PreparedSeries.Of(new TimeSeries(Array.ConvertAll(recent.Values.ToArray(), v => v / unit), recent.Step, recent.Start));
        var models = ModelPool.For(past);
        // What has not been measured lately is forecast like what is to come: the uncertainty begins with the last known value.
        var ahead = unknown + horizon;
        var origins = RollingOrigins.Of(past.Count, ahead, models.Max(model => model.Needs(past)));
        var paths = models.ConvertAll(model => Paths(model, past, origins, ahead)).ToArray();
        // A season that cannot be shown yet is still the best there is to say of what lies farther away than anything could be judged.
        bool[]? far = past.Seasons.IsAssumed ? [.. models.Select(model => model.Needs(past) >= past.Seasons.Short)] : null;
        var scores = new ModelScores(past, origins, paths, far);
        var shares = new double[models.Count];
        var combined = Combine(paths, scores.Weights(), origins.Past, shares);
        var errors = PathErrors.Of(past, origins, [.. Enumerable.Range(0, origins.Past).Select(k => Combine(paths, scores.WeightsWithout(k), k, []))]);

        var levels = QuantileForecast.Levels.Length;
        var quantiles = new double[horizon * levels];
        for (var h = 0; h < horizon; h++) errors.Around(combined[unknown + h], unknown + h, quantiles.AsSpan(h * levels, levels));
        for (var i = 0; i < quantiles.Length; i++) quantiles[i] *= unit;
        // What was never negative, like a rate or a length, is not forecast to become so.
        var lowest = past.Lowest >= 0 ? 0 : double.NegativeInfinity;
        return new QuantileForecast(history, horizon, quantiles, Shares(models, shares, scores, past), lowest);
    }

    /// <summary>A series from its first to its last known value, empty if none is known, and how many unknown ones follow.</summary>
    private static (TimeSeries Known, int Unknown) Known(TimeSeries series)
    {
        var (first, end) = (0, series.Count);
        while (end > 0 && !double.IsFinite(series.Values[end - 1])) end--;
        while (first < end && !double.IsFinite(series.Values[first])) first++;
        return (series.Until(end).Latest(end - first), series.Count - end);
    }

    private static double UnitOf(ReadOnlySpan<double> values)
    {
        var highest = 0.0;
        foreach (var value in values)
        {
            if (double.IsFinite(value)) highest = Math.Max(highest, Math.Abs(value));
        }

        return highest > 0 ? Math.ScaleB(1, Math.Clamp(Math.ILogB(highest), -1000, 1000)) : 1;
    }

    private static double[][] Paths(IModel model, PreparedSeries history, RollingOrigins origins, int ahead)
    {
        var paths = new double[origins.Counts.Length][];
        for (var k = 0; k < paths.Length; k++) paths[k] = new double[k < origins.Past ? origins.Steps(k) : ahead];
        model.Forecast(history, origins.Counts, paths);
        var range = history.Highest - history.Lowest;
        for (var k = 0; k < paths.Length; k++)
        {
            for (var h = 0; h < paths[k].Length; h++)
            {
                // No model is believed further than one whole range outside of what was seen, nor when it has broken down.
                paths[k][h] = double.IsNaN(paths[k][h]) ? history.Values[origins.Counts[k] - 1] : Math.Clamp(paths[k][h], history.Lowest - range, history.Highest + range);
                if (history.Lowest >= 0) paths[k][h] = Math.Max(0, paths[k][h]);
            }
        }

        return paths;
    }

    /// <summary>The models' combined path from an origin; their mean share in it is added to the shares, if there are any.</summary>
    private static double[] Combine(double[][][] paths, double[][] weights, int origin, Span<double> shares)
    {
        var combined = new double[paths[0][origin].Length];
        var (values, order) = (new double[paths.Length], new int[paths.Length]);
        for (var h = 0; h < combined.Length; h++)
        {
            for (var m = 0; m < paths.Length; m++) values[m] = paths[m][origin][h];
            combined[h] = Midmean.Of(values, weights[Math.Min(h, weights.Length - 1)], order, shares);
        }

        for (var m = 0; m < shares.Length; m++) shares[m] /= combined.Length;
        return combined;
    }

    private static ModelShare[] Shares(List<IModel> models, double[] shares, ModelScores scores, PreparedSeries history)
    {
        var steps = 0.0;
        for (var t = 1; t < history.Count; t++) steps += Math.Abs(history.Values[t] - history.Values[t - 1]);
        var step = steps / Math.Max(1, history.Count - 1);
        return [.. models
            .Select((model, m) => new ModelShare(model.Name, shares[m], step > 0 ? scores.RecentError(m) / step : scores.RecentError(m)))
            .Where(share => share.Weight >= WorthAMention)
            .OrderByDescending(share => share.Weight)];
    }
}
