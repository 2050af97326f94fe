using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Forecasting.Ensemble;

/// <summary>The models an ensemble tries: few, cheap and different from one another.</summary>
internal static class ModelPool
{
    private static readonly IModel Plain = new Naive();
    private static readonly IModel Smoothing = new ExponentialSmoothing("smoothing", withShort: false, withLong: false, trend: false, absolute: true);
    private static readonly IModel Trend = new ExponentialSmoothing("damped trend", withShort: false, withLong: false, trend: true, absolute: false);
    private static readonly IModel Autoregression = new SeasonalRegression("autoregression", new() { Lags = [new(0, 0, 1, 0.9), new(0, 0, 2, 0), new(0, 0, 3, 0)] });

    private static readonly SeasonalRegression.Lag[] DailyLags = [new(0, 0, 1, 1), new(0, 0, 2, 0), new(1, 0, 0, 1), new(1, 0, 1, -1), new(2, 0, 0, 0)];
    private static readonly IModel Daily = new SeasonalRegression("seasonal autoregression", new() { Lags = DailyLags });
    private static readonly IModel DailyAdaptive = new SeasonalRegression("adaptive seasonal autoregression", new() { Lags = DailyLags, HalfLife = 4 });
    private static readonly IModel DailyWalk = new SeasonalRegression("seasonal random walk", new() { Lags = DailyLags, HalfLife = 4, ShortHarmonics = 0 });
    private static readonly IModel ShortNaive = new SeasonalMean("seasonal naive", ofLong: false, seasons: 1, discount: 1);
    private static readonly IModel ShortTrend = new ExponentialSmoothing("seasonal damped trend", withShort: true, withLong: false, trend: true, absolute: false);

    private static readonly IModel LongNaive = new SeasonalMean("long seasonal naive", ofLong: true, seasons: 1, discount: 1);
    private static readonly IModel LongMean = new SeasonalMean("long seasonal mean", ofLong: true, seasons: 3, discount: 0.7);
    private static readonly IModel LongShifted = new SeasonalMean("long seasonal mean, shifted", ofLong: true, seasons: 3, discount: 0.7, shifted: true);
    private static readonly IModel Double = new ExponentialSmoothing("double seasonal smoothing", withShort: true, withLong: true, trend: false, absolute: true);
    private static readonly IModel DoubleTrend = new ExponentialSmoothing("double seasonal damped trend", withShort: true, withLong: true, trend: true, absolute: true);
    private static readonly IModel Harmonic = new SeasonalRegression("harmonic regression", new()
    {
        Lags = [new(0, 0, 1, 0.9), new(0, 0, 2, 0)],
        LongHarmonics = 24,
        LongPenalty = 0.005,
    });

    private static readonly IModel DoubleRegression = new SeasonalRegression("double seasonal autoregression", new()
    {
        Lags = [new(0, 0, 1, 0.7), new(0, 0, 2, 0), new(0, 0, 3, 0), new(1, 0, 0, 0.1), new(1, 0, 1, 0), new(2, 0, 0, 0), new(0, 1, 0, 0.2), new(0, 1, 1, 0)],
        LongHarmonics = 12,
        LagPenalty = 0.05,
    });

    /// <summary>The models that fit a history's seasons, sign and length.</summary>
    public static List<IModel> For(PreparedSeries history)
    {
        List<IModel> models = history.Seasons switch
        {
            { Short: 0 } => [Plain, Smoothing, Trend, Autoregression],
            { IsAssumed: true } => [ShortNaive, Plain, Smoothing, Trend, Autoregression],
            { Long: 0 } => [ShortNaive, ShortTrend, Daily, DailyAdaptive, DailyWalk],
            _ => [ShortNaive, ShortTrend, Daily, DailyAdaptive, DailyWalk, LongNaive, LongMean, LongShifted, Double],
        };
        if (Logarithmic.Applies(history))
        {
            IModel[] relative = history.Seasons switch
            {
                { Short: 0 } => [Trend],
                { IsAssumed: true } => [],
                { Long: 0 } => [ShortTrend, Daily, DailyAdaptive],
                _ => [Daily, LongMean, LongShifted, DoubleTrend, DoubleRegression, Harmonic],
            };
            models.AddRange(relative.Select(model => new Logarithmic(model)));
        }

        // A model that needs nearly all there is cannot be judged any more. An assumed season is not asked for proof.
        models.RemoveAll(model => !history.Seasons.IsAssumed && 3 * model.Needs(history) > 2 * history.Count);
        if (models.Count == 0) models.Add(Plain);
        return models;
    }
}
