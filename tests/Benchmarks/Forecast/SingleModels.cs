using Platform.Autoscaler.Forecasting;
using Platform.Autoscaler.Forecasting.Ensemble;
using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Benchmarks.Forecast;

/// <summary>The ensemble's models one by one, to see what each is worth alone.</summary>
internal static class SingleModels
{
    public static IEnumerable<(string Name, Func<double[], int, double[]> Forecast)> All(int season)
    {
        // Made of every kind of season and positive, so that the pool offers all it has.
        var sample = PreparedSeries.Of(Series([.. Enumerable.Range(0, season * 28).Select(t => 2 + Math.Sin(2 * Math.PI * t / season))], season));
        return ModelPool.For(sample).Select(model => ("alone: " + model.Name, (Func<double[], int, double[]>)((values, horizon) => Alone(model.Name, values, horizon, season))));
    }

    private static double[] Alone(string name, double[] values, int horizon, int season)
    {
        var history = PreparedSeries.Of(Series(values, season));
        var models = ModelPool.For(history);
        var model = models.FirstOrDefault(m => m.Name == name) ?? models[0];
        var path = new double[horizon];
        model.Forecast(history, [history.Count], [path]);
        if (history.Lowest >= 0) path = Array.ConvertAll(path, v => Math.Max(0, v));
        return path;
    }

    private static TimeSeries Series(double[] values, int season) => new(values, TimeSpan.FromDays(1) / season);
}
