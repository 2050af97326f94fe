namespace Platform.Autoscaler.Forecasting;

/// <summary>
/// What was one season ago comes again, shifted and spread by how wrong that has been: the baseline. The season is a week where two are
/// known, else a day, else a single step; the quantiles are the empirical ones of the errors the same rule made at the same distance.
/// </summary>
internal sealed class SeasonalNaive : IForecaster
{
    private readonly int? _period;

    /// <param name="period">Steps per season; by the clock where it is not given.</param>
    public SeasonalNaive(int? period = null) => _period = period;

    public string Name => "seasonal naive";

    public QuantileForecast Forecast(TimeSeries history, int horizon)
    {
        var period = _period ?? PeriodOf(history);
        var values = history.Values;
        var last = LatestKnown(values);
        var errors = new List<double>(values.Length);
        for (var t = period; t < values.Length; t++)
        {
            var error = values[t] - values[t - period];
            if (double.IsFinite(error)) errors.Add(error);
        }

        errors.Sort();
        var quantiles = new double[horizon * QuantileForecast.Levels.Length];
        for (var h = 0; h < horizon; h++)
        {
            var center = Before(values, values.Length + h, period, last);
            for (var i = 0; i < QuantileForecast.Levels.Length; i++)
            {
                quantiles[(h * QuantileForecast.Levels.Length) + i] = center + Empirical(errors, QuantileForecast.Levels[i]);
            }
        }

        return new QuantileForecast(history, horizon, quantiles, [new ModelShare(Name, 1, double.NaN)]);
    }

    private static int PeriodOf(TimeSeries history)
    {
        foreach (var season in (TimeSpan[])[TimeSpan.FromDays(7), TimeSpan.FromDays(1)])
        {
            var steps = season / history.Step;
            if (steps >= 2 && Math.Abs(steps - Math.Round(steps)) < 1e-9 && history.Count >= 2 * steps) return (int)Math.Round(steps);
        }

        return 1;
    }

    /// <summary>The newest known value whole seasons before a step.</summary>
    private static double Before(ReadOnlySpan<double> values, int step, int period, double otherwise)
    {
        for (var t = step - period; t >= 0; t -= period)
        {
            if (t < values.Length && double.IsFinite(values[t])) return values[t];
        }

        return otherwise;
    }

    private static double LatestKnown(ReadOnlySpan<double> values)
    {
        for (var t = values.Length - 1; t >= 0; t--)
        {
            if (double.IsFinite(values[t])) return values[t];
        }

        return 0;
    }

    /// <summary>The order statistic at (n + 1) times the level, interpolated: right on average for any continuous distribution.</summary>
    private static double Empirical(List<double> sorted, double level)
    {
        if (sorted.Count == 0) return 0;
        var position = Math.Clamp((level * (sorted.Count + 1)) - 1, 0, sorted.Count - 1);
        var left = (int)position;
        var right = Math.Min(left + 1, sorted.Count - 1);
        return sorted[left] + ((position - left) * (sorted[right] - sorted[left]));
    }
}
