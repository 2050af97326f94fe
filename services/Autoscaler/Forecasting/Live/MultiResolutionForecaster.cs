using Platform.Autoscaler.Forecasting.Ensemble;

namespace Platform.Autoscaler.Forecasting.Live;

/// <summary>
/// Forecasts from the two histories kept of a live metric, at the step that suits how far ahead is asked:
/// <code>
/// up to 1 h     steps of 1 min   from the minutes, adjusted for the day
/// up to 6 h     steps of 5 min   from the minutes' means
/// up to 48 h    steps of 1 h     from the hours; from the minutes' means while there are too few hours
/// </code>
/// A few milliseconds of processor time each.
/// </summary>
internal sealed class MultiResolutionForecaster
{
    /// <summary>Two thirds of a day of minutes.</summary>
    private const int NewestMinutes = 960;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly EnsembleForecaster _ensemble = new();
    private readonly DayAdjustedForecaster _minutes;

    public MultiResolutionForecaster() => _minutes = new DayAdjustedForecaster(_ensemble, NewestMinutes);

    /// <summary>The farthest it looks.</summary>
    public static TimeSpan Farthest => TimeSpan.FromHours(48);

    /// <param name="minutes">One value a minute, up to now.</param>
    /// <param name="hours">One value an hour, up to the last whole hour.</param>
    /// <param name="ahead">How far ahead of the end of the minutes; up to <see cref="Farthest"/>.</param>
    /// <returns>
    /// A forecast that reaches at least that far. One of hours begins with the hour after the last whole one, which may have begun
    /// already: look steps up by time with <see cref="QuantileForecast.StepAt"/>.
    /// </returns>
    public QuantileForecast Forecast(TimeSeries minutes, TimeSeries hours, TimeSpan ahead)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ahead, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ahead, Farthest);
        if (ahead <= Hour && minutes.Step <= Minute) return _minutes.Forecast(minutes, Steps(ahead, minutes.Step));
        if (ahead <= 6 * Hour) return Coarse(minutes, 5 * Minute, ahead);
        if (hours.Count == 0 || Known(hours) * hours.Step < 0.75 * Known(minutes) * minutes.Step) return Coarse(minutes, Hour, ahead);
        var behind = minutes.TimeAt(minutes.Count) - hours.TimeAt(hours.Count);
        // Hours that end long before the minutes do would be forecast from a time long past.
        if (behind > 3 * Hour) return Coarse(minutes, Hour, ahead);
        return _ensemble.Forecast(hours, Steps(ahead + (behind > TimeSpan.Zero ? behind : TimeSpan.Zero), hours.Step));
    }

    private QuantileForecast Coarse(TimeSeries minutes, TimeSpan step, TimeSpan ahead)
    {
        var coarse = minutes.Coarsened(Math.Max(1, (int)Math.Round(step / minutes.Step)));
        return _ensemble.Forecast(coarse, Steps(ahead, coarse.Step));
    }

    private static int Steps(TimeSpan ahead, TimeSpan step) => Math.Max(1, (int)Math.Ceiling(ahead / step));

    private static int Known(TimeSeries series)
    {
        var known = 0;
        foreach (var value in series.Values) known += double.IsFinite(value) ? 1 : 0;
        return known;
    }
}
