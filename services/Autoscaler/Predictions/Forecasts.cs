using System.Collections.Concurrent;
using Platform.Autoscaler.Forecasting;
using Platform.Autoscaler.Forecasting.Live;
using Platform.Autoscaler.History;

namespace Platform.Autoscaler.Predictions;

/// <summary>Forecasts for people, made when they are asked for: one at a time, and once per minute and question.</summary>
internal sealed class Forecasts(FleetHistory history, TimeProvider time) : IDisposable
{
    private const int MostKept = 256;
    private const int ShownSteps = 240;
    private static readonly double[] Levels = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
    private readonly MultiResolutionForecaster _forecaster = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<(string, string, TimeSpan), (long Minute, PredictionView View)> _kept = new();

    /// <summary>The farthest that can be asked for.</summary>
    public static TimeSpan Farthest => MultiResolutionForecaster.Farthest;

    public async Task<PredictionView> OfAsync(string application, string metric, TimeSpan horizon, CancellationToken cancellationToken)
    {
        if (Kept(application, metric, horizon) is { } kept) return kept;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Whoever asked the same a moment before has had it made.
            if (Kept(application, metric, horizon) is { } made) return made;
            var minute = history.ClosedThrough;
            var view = Make(application, metric, horizon);
            if (_kept.Count >= MostKept) _kept.Clear();
            _kept[(application, metric, horizon)] = (minute, view);
            return view;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private PredictionView? Kept(string application, string metric, TimeSpan horizon) =>
        _kept.TryGetValue((application, metric, horizon), out var kept) && kept.Minute == history.ClosedThrough ? kept.View : null;

    private PredictionView Make(string application, string metric, TimeSpan horizon)
    {
        var minutes = history.Minutes(application, metric);
        var hours = history.Hours(application, metric);
        var known = minutes.Values.ToArray().Count(double.IsFinite);
        var forecast = known == 0 ? null : _forecaster.Forecast(minutes, hours, horizon);
        var step = forecast?.Step ?? TimeSpan.FromMinutes(1);
        var shown = history.Minutes(application, metric, masked: false);
        var measured = step > TimeSpan.FromMinutes(1) ? shown.Coarsened((int)Math.Round(step / TimeSpan.FromMinutes(1))) : shown;
        var until = minutes.TimeAt(minutes.Count) + horizon;
        return new PredictionView
        {
            Application = application,
            Metric = metric,
            MadeAt = time.GetUtcNow(),
            Step = step,
            KnownMinutes = known,
            Measured = [.. Points(measured.Latest(Math.Min(ShownSteps, Math.Max(60, (int)(2 * horizon / step)))))],
            Forecast = forecast is null ? [] : [.. Fan(forecast, until)],
            Models = forecast is null ? [] : [.. forecast.Models.Select(model => new PredictionModel(model.Name, Math.Round(model.Weight, 4), double.IsFinite(model.RecentError) ? Math.Round(model.RecentError, 4) : null))],
            LeftOut = [.. (history.Find(application)?.Masks() ?? []).Where(mask => mask.Hides(metric)).OrderByDescending(mask => mask.Begins).Take(50)
                .Select(mask => new PredictionGap(mask.Begins, mask.EndAt(time.GetUtcNow()), mask.Cause))],
        };
    }

    private static IEnumerable<PredictionPoint> Points(TimeSeries series)
    {
        for (var i = 0; i < series.Count; i++)
        {
            if (double.IsFinite(series.Values[i])) yield return new PredictionPoint(series.TimeAt(i), series.Values[i]);
        }
    }

    private static IEnumerable<PredictionStep> Fan(QuantileForecast forecast, DateTimeOffset until)
    {
        for (var h = 1; h <= forecast.Horizon; h++)
        {
            var at = forecast.Start + (forecast.Step * (h - 1));
            if (at >= until) yield break;
            yield return new PredictionStep
            {
                At = at,
                P05 = forecast.At(h, Levels[0]),
                P25 = forecast.At(h, Levels[1]),
                P50 = forecast.At(h, Levels[2]),
                P75 = forecast.At(h, Levels[3]),
                P95 = forecast.At(h, Levels[4]),
                P99 = forecast.At(h, Levels[5]),
            };
        }
    }
}
