namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>
/// One way to continue a history, asked at several origins at once so that what it learns is learned in one pass: at an origin it may use
/// nothing after it, except a few smoothing constants that are chosen on the whole history.
/// </summary>
internal interface IModel
{
    string Name { get; }

    /// <summary>How many values it needs before the first origin to be any good.</summary>
    int Needs(PreparedSeries history);

    /// <summary>Continues the history from every origin.</summary>
    /// <param name="history">The whole of it.</param>
    /// <param name="origins">Ascending; each the count of values before the first forecast. The last is the history's count.</param>
    /// <param name="paths">A path per origin to fill; all of the same length.</param>
    void Forecast(PreparedSeries history, ReadOnlySpan<int> origins, double[][] paths);
}
