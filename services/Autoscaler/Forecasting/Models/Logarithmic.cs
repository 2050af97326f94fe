namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>
/// A model on the logarithm, for series whose swings and errors grow with their level. Where zeros occur a twentieth of the mean is added
/// first; below zero there is no logarithm, and the model does not apply.
/// </summary>
internal sealed class Logarithmic(IModel model) : IModel
{
    private const double Floor = 0.05;

    public string Name => model.Name + " (log)";

    public static bool Applies(PreparedSeries history) => history.Lowest >= 0 && history.Highest > 0;

    public int Needs(PreparedSeries history) => model.Needs(history);

    public void Forecast(PreparedSeries history, ReadOnlySpan<int> origins, double[][] paths)
    {
        var shift = ShiftOf(history);
        model.Forecast(history.Map(v => Math.Log(v + shift)), origins, paths);
        var (low, high) = (Math.Log(history.Lowest + shift), Math.Log(history.Highest + shift));
        foreach (var path in paths)
        {
            // A range beyond what was ever seen is as far as a logarithm may be trusted.
            for (var h = 0; h < path.Length; h++) path[h] = Math.Exp(Math.Clamp(path[h], (2 * low) - high, (2 * high) - low)) - shift;
        }
    }

    private static double ShiftOf(PreparedSeries history) => history.Lowest > 0 ? 0 : Floor * history.Values.Average();
}
