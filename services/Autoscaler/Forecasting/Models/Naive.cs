namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>The last value goes on: the best there is for a random walk, and all there is after a single value.</summary>
internal sealed class Naive : IModel
{
    public string Name => "naive";

    public int Needs(PreparedSeries history) => 1;

    public void Forecast(PreparedSeries history, ReadOnlySpan<int> origins, double[][] paths)
    {
        for (var k = 0; k < origins.Length; k++) Array.Fill(paths[k], history.Values[origins[k] - 1]);
    }
}
