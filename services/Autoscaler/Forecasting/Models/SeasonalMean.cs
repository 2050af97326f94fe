namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>The mean of the same phase of the last seasons, the newer ones weighing more. One season back it is the seasonal naive forecast.</summary>
/// <param name="name">For explanations.</param>
/// <param name="ofLong">Of the longer season instead of the shorter one.</param>
/// <param name="seasons">How many seasons back; at least 1.</param>
/// <param name="discount">A season's weight relative to the next newer one.</param>
/// <param name="shifted">Moved up or down by as much as the last shorter season was above or below what the same means say of it.</param>
internal sealed class SeasonalMean(string name, bool ofLong, int seasons, double discount, bool shifted = false) : IModel
{
    public string Name => name;

    public int Needs(PreparedSeries history) => Period(history) + (shifted ? history.Seasons.Short : 0);

    public void Forecast(PreparedSeries history, ReadOnlySpan<int> origins, double[][] paths)
    {
        for (var k = 0; k < origins.Length; k++)
        {
            var shift = 0.0;
            if (shifted)
            {
                var season = history.Seasons.Short;
                for (var t = origins[k] - season; t < origins[k]; t++) shift += (history.Values[t] - Mean(history, origins[k] - season, t)) / season;
            }

            for (var h = 0; h < paths[k].Length; h++) paths[k][h] = Mean(history, origins[k], origins[k] + h) + shift;
        }
    }

    /// <summary>The mean for a step from what was known before an origin.</summary>
    private double Mean(PreparedSeries history, int origin, int step)
    {
        var period = Period(history);
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        var t = step - (period * (((step - origin) / period) + 1));
        for (var s = 0; s < seasons && t >= 0; s++, t -= period)
        {
            sum += weight * history.Values[t];
            weights += weight;
            weight *= discount;
        }

        return sum / weights;
    }

    private int Period(PreparedSeries history) => ofLong ? history.Seasons.Long : history.Seasons.Short;
}
