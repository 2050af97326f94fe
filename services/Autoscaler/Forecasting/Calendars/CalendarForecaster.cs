namespace Platform.Autoscaler.Forecasting.Calendars;

/// <summary>
/// Forecasts with knowledge of special days. In the history they are masked, so that no usual day is forecast from them; in the forecast
/// what would be usual is multiplied by what such days were before (against the same hours of the weeks, or else the days, around them),
/// or by what the calendar says. The less is known of the multiple, the wider the quantiles.
/// </summary>
/// <param name="inner">Forecasts usual days.</param>
/// <param name="spans">Past and coming special days.</param>
internal sealed class CalendarForecaster(IForecaster inner, IReadOnlyList<SpecialSpan> spans) : IForecaster
{
    /// <summary>Standard deviation of the logarithm of a multiple someone has stated.</summary>
    private const double StatedDoubt = 0.1;

    /// <summary>The same of one that was seen once; seen more often it shrinks with the root of the number, to no less than half.</summary>
    private const double LearnedDoubt = 0.25;

    public string Name => inner.Name + " with calendar";

    public QuantileForecast Forecast(TimeSeries history, int horizon)
    {
        var usual = history.Without(spans.Select(span => (span.From, span.To)));
        var forecast = inner.Forecast(usual, horizon);
        var effects = spans
            .Where(span => span.To > forecast.Start && span.From < forecast.Start + (forecast.Step * horizon))
            .Select(span => (Span: span, Effect: EffectOf(span, history, usual)))
            .Where(coming => coming.Effect is not null)
            .ToArray();
        if (effects.Length == 0) return forecast;

        var levels = QuantileForecast.Levels;
        var quantiles = new double[horizon * levels.Length];
        for (var h = 1; h <= horizon; h++)
        {
            var at = forecast.Start + (forecast.Step * (h - 1));
            var effect = Array.Find(effects, coming => at >= coming.Span.From && at < coming.Span.To).Effect;
            for (var i = 0; i < levels.Length; i++) quantiles[((h - 1) * levels.Length) + i] = Apply(effect, forecast.Median(h), forecast.At(h, levels[i]), levels[i]);
        }

        return new QuantileForecast(history, horizon, quantiles, forecast.Models, forecast.Lowest);
    }

    private static double Apply(Effect? effect, double median, double quantile, double level)
    {
        if (effect is null) return quantile;
        var spread = quantile - median;
        var doubt = Normal.Score(level) * effect.Doubt * Math.Abs(median);
        return effect.Factor * (median + (Math.Sign(level - 0.5) * Math.Sqrt((spread * spread) + (doubt * doubt))));
    }

    private Effect? EffectOf(SpecialSpan coming, TimeSeries history, TimeSeries usual)
    {
        if (coming.Factor is { } stated) return new Effect(stated, StatedDoubt);
        var logs = spans
            .Where(span => span.Name == coming.Name && span.To <= history.TimeAt(history.Count))
            .Select(span => Multiple(span, history, usual))
            .Where(double.IsFinite)
            .Select(multiple => Math.Log(multiple))
            .ToArray();
        if (logs.Length == 0) return null;
        return new Effect(Math.Exp(logs.Average()), LearnedDoubt / Math.Min(2, Math.Sqrt(logs.Length)));
    }

    /// <summary>What was measured in a past span over what was usual at the same times; not a positive number where that cannot be said.</summary>
    private static double Multiple(SpecialSpan span, TimeSeries history, TimeSeries usual)
    {
        var (measured, expected) = (0.0, 0.0);
        for (var t = Math.Max(0, (int)Math.Ceiling((span.From - history.Start) / history.Step)); t < history.Count && history.TimeAt(t) < span.To; t++)
        {
            var around = Around(usual, t, TimeSpan.FromDays(7));
            if (!double.IsFinite(around)) around = Around(usual, t, TimeSpan.FromDays(1));
            if (!double.IsFinite(history.Values[t]) || !double.IsFinite(around)) continue;
            measured += history.Values[t];
            expected += around;
        }

        var multiple = measured / expected;
        return multiple > 0 ? multiple : double.NaN;
    }

    /// <summary>The mean of the known values one and two seasons before and after.</summary>
    private static double Around(TimeSeries usual, int t, TimeSpan season)
    {
        var steps = (int)Math.Round(season / usual.Step);
        if (steps == 0) return double.NaN;
        var (sum, known) = (0.0, 0);
        foreach (var near in (int[])[t - (2 * steps), t - steps, t + steps, t + (2 * steps)])
        {
            if (near < 0 || near >= usual.Count || !double.IsFinite(usual.Values[near])) continue;
            sum += usual.Values[near];
            known++;
        }

        return known > 0 ? sum / known : double.NaN;
    }

    private sealed record Effect(double Factor, double Doubt);
}
