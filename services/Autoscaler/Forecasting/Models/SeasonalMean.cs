namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>The mean of the same phase of the last seasons, the newer ones weighing more. One season back it is the seasonal naive forecast.</summary>
/// <param name="name">For explanations.</param>
/// <param name="ofLong">Of the longer season instead of the shorter one.</param>
/// <param name="seasons">How many seasons back; at least 1.</param>
/// <param name="discount">A season's weight relative to the next newer one.</param>
internal sealed class SeasonalMean(string name, bool ofLong, int seasons, double discount) : IModel
{
    public string Name => name;

    public int Needs(PreparedSeries history) => Period(history);

    public void Forecast(PreparedSeries history, ReadOnlySpan<int> origins, double[][] paths)
    {
        var period = Period(history);
        for (var k = 0; k < origins.Length; k++)
        {
            for (var h = 0; h < paths[k].Length; h++)
            {
                var (sum, weights, weight) = (0.0, 0.0, 1.0);
                var t = origins[k] + h - (period * ((h / period) + 1));
                for (var s = 0; s < seasons && t >= 0; s++, t -= period)
                {
                    sum += weight * history.Values[t];
                    weights += weight;
                    weight *= discount;
                }

                paths[k][h] = sum / weights;
            }
        }
    }

    private int Period(PreparedSeries history) => ofLong ? history.Seasons.Long : history.Seasons.Short;
}
