namespace Platform.Autoscaler.Forecasting.Live;

/// <summary>
/// Forecasts short steps a short way ahead, for example minutes, of a series whose days are alike. A day of minutes is too long a season
/// to be learned minute by minute; so every value is first divided by what the same quarter of an hour of the last days had, and what
/// is left, which has no season any more, is forecast from its newest part. Where values are negative it is subtracted instead.
/// What an earlier day had is never taken from the value itself, so that the past is as hard to foretell as the future.
/// </summary>
internal sealed class DayAdjustedForecaster : IForecaster
{
    /// <summary>Days back; the newer ones weigh more.</summary>
    private const int Days = 7;

    private const double Discount = 0.8;

    /// <summary>This part of the usual level is added before dividing: at idle times a ratio says nothing.</summary>
    private const double Floor = 0.1;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Around = TimeSpan.FromMinutes(7);

    private readonly IForecaster _inner;
    private readonly int _newest;

    /// <param name="inner">Forecasts what is left.</param>
    /// <param name="newest">How many of the newest values are forecast from.</param>
    public DayAdjustedForecaster(IForecaster inner, int newest) => (_inner, _newest) = (inner, newest);

    public string Name => _inner.Name + " of the day's rest";

    public QuantileForecast Forecast(TimeSeries history, int horizon)
    {
        var day = Day / history.Step;
        var reach = (int)(Around / history.Step);
        var plain = day < 4 || day != Math.Floor(day) || horizon > day - reach - 1 || history.Count < (2 * day) + reach;
        var usual = plain ? [] : Usual(history, (int)day, reach, Math.Min(_newest, history.Count - (int)day - reach), horizon);
        if (plain || usual.Any(double.IsNaN)) return _inner.Forecast(history.Latest(_newest), horizon);

        var recent = history.Latest(usual.Length - horizon);
        var ratios = true;
        foreach (var value in recent.Values) ratios &= !(value < 0);
        var floor = ratios ? Floor * usual.Average() : 0;
        ratios &= floor > 0;
        double Rest(double value, double expected) => ratios ? (value + floor) / (expected + floor) : value - expected;
        double Back(double rest, double expected) => ratios ? (rest * (expected + floor)) - floor : rest + expected;

        var rest = new double[recent.Count];
        for (var t = 0; t < rest.Length; t++) rest[t] = Rest(recent.Values[t], usual[t]);
        var forecast = _inner.Forecast(new TimeSeries(rest, history.Step, recent.Start), horizon);
        var levels = QuantileForecast.Levels;
        var quantiles = new double[horizon * levels.Length];
        for (var h = 0; h < horizon; h++)
        {
            for (var i = 0; i < levels.Length; i++) quantiles[(h * levels.Length) + i] = Back(forecast.At(h + 1, levels[i]), usual[rest.Length + h]);
        }

        return new QuantileForecast(history, horizon, quantiles, forecast.Models, ratios ? 0 : double.NegativeInfinity);
    }

    /// <summary>What earlier days had at the times of the newest values and of the coming ones; not a number where nothing is known.</summary>
    private static double[] Usual(TimeSeries history, int day, int reach, int newest, int horizon)
    {
        var (sums, counts) = Cumulated(history.Values);
        var usual = new double[newest + horizon];
        for (var i = 0; i < usual.Length; i++)
        {
            var t = history.Count - newest + i;
            var (sum, weights, weight) = (0.0, 0.0, 1.0);
            for (var d = 1; d <= Days && t - (d * day) - reach >= 0; d++, weight *= Discount)
            {
                var (first, last) = (t - (d * day) - reach, Math.Min(history.Count, t - (d * day) + reach + 1));
                var known = counts[last] - counts[first];
                if (known == 0) continue;
                sum += weight * (sums[last] - sums[first]) / known;
                weights += weight;
            }

            usual[i] = weights > 0 ? sum / weights : double.NaN;
        }

        return usual;
    }

    private static (double[] Sums, int[] Counts) Cumulated(ReadOnlySpan<double> values)
    {
        var (sums, counts) = (new double[values.Length + 1], new int[values.Length + 1]);
        for (var t = 0; t < values.Length; t++)
        {
            var known = double.IsFinite(values[t]);
            sums[t + 1] = sums[t] + (known ? values[t] : 0);
            counts[t + 1] = counts[t] + (known ? 1 : 0);
        }

        return (sums, counts);
    }
}
