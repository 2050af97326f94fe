using Platform.Autoscaler.Forecasting;
using Platform.Autoscaler.Forecasting.Ensemble;
using Platform.Autoscaler.History;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Pictures;

/// <summary>
/// The next hour of any application's demand, whatever it is scaled by, from its history in steps of five minutes. Costs some milliseconds, so each
/// application's is made once in five minutes.
/// </summary>
internal static class LongForecasts
{
    /// <summary>The time between two points.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    private const int Horizon = 12;
    private const int Longest = 7 * 288;
    private const int LeastKnown = 12;
    private static readonly IForecaster Forecaster = new EnsembleForecaster(Longest);

    /// <summary>Its points; empty: less than an hour is known.</summary>
    public static IReadOnlyList<ForecastPoint> Of(FleetHistory history, string application)
    {
        var minutes = (int)Step.TotalMinutes;
        var known = history.Minutes(application, MetricNames.Requests, Longest * minutes).Coarsened(minutes);
        var values = 0;
        foreach (var value in known.Values) values += double.IsFinite(value) ? 1 : 0;
        if (values < LeastKnown) return [];
        var forecast = Forecaster.Forecast(known, Horizon);
        return [.. Enumerable.Range(1, Horizon).Select(step => Point(forecast.Start + (Step * (step - 0.5)), forecast.At(step, 0.05), forecast.Median(step), forecast.At(step, 0.95)))];
    }

    /// <summary>Nobody asks for less than nothing.</summary>
    public static ForecastPoint Point(DateTimeOffset at, double low, double median, double high) => new(at, Math.Max(low, 0), Math.Max(median, 0), Math.Max(high, 0));
}
