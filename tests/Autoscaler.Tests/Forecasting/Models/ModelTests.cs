using Platform.Autoscaler.Forecasting.Ensemble;
using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Tests.Forecasting.Models;

public sealed class ModelTests
{
    /// <summary>
    /// Level 10, alpha 0.5, no season, no autoregression: 10 → 12 gives 11, → 11 gives 11, → 15 gives 13; errors 2, 0, 4 over the mean
    /// step (0 + 2 + 1 + 4) / 4 = 1.75, squared (4 + 0 + 16) / 3.0625. The level starts at the first value.
    /// </summary>
    [Fact]
    public void Smoothing_ByHand_Agrees()
    {
        var state = new SmoothingState(Prepared([10, 12, 11, 15]), 0, 0, absolute: false);
        var constants = new SmoothingConstants { Alpha = 0.5 };
        Assert.Equal(20 / 3.0625, state.Errors(constants), 9);
        var paths = new[] { new double[2], new double[2] };
        state.Run(constants, [2, 4], paths);
        Assert.Equal([11, 11], paths[0]);
        Assert.Equal([13, 13], paths[1]);
    }

    /// <summary>
    /// alpha 0.5, beta 0.2, damping 0.9 from level 10: at 12, u = 2: level 11, trend 0.4; at 13, expected 11.36, u = 1.64: level 12.18,
    /// trend 0.36 + 0.328 = 0.688; ahead 12.18 + 0.6192, + 0.55728.
    /// </summary>
    [Fact]
    public void DampedTrend_ByHand_Agrees()
    {
        var path = new double[2];
        new SmoothingState(Prepared([10, 12, 13]), 0, 0, absolute: true).Run(new SmoothingConstants { Alpha = 0.5, Beta = 0.2, Damping = 0.9 }, [3], [path]);
        Assert.Equal(12.7992, path[0], 9);
        Assert.Equal(13.35648, path[1], 9);
    }

    /// <summary>Last error 2 and autoregression 0.5 at alpha 0: level 10, ahead 10 + 1, 10 + 0.5.</summary>
    [Fact]
    public void AutoregressionOfErrors_ByHand_Agrees()
    {
        var path = new double[2];
        new SmoothingState(Prepared([10, 10, 12]), 0, 0, absolute: true).Run(new SmoothingConstants { Autoregression = 0.5 }, [3], [path]);
        Assert.Equal([11, 10.5], path);
    }

    [Fact]
    public void SeasonalMean_ThreeSeasonsDiscountedByHalf_WeighsThemByHand()
    {
        var day = Enumerable.Range(0, 24).ToArray();
        var values = day.Select(h => 100.0 + (30 * (h % 12))).Concat(day.Select(h => 200.0 + (30 * (h % 12)))).Concat(day.Select(h => 400.0 + (30 * (h % 12)))).ToArray();
        var history = Prepared(values);
        Assert.Equal(24, history.Seasons.Short);
        var path = new double[25];
        new SeasonalMean("", ofLong: false, seasons: 3, discount: 0.5).Forecast(history, [72], [path]);
        for (var h = 0; h < 24; h++) Assert.Equal((((400 * 4) + (200 * 2) + 100) / 7.0) + (30 * (h % 12)), path[h], 9);
        Assert.Equal(path[0], path[24], 9);
    }

    [Fact]
    public void SeasonalRegression_ASeriesOfItsOwnKind_ForecastsItExactly()
    {
        // y(t) = y(t−24) + 0.5 (y(t−1) − y(t−25)): two weeks of it without noise.
        var random = new Random(2);
        var values = new double[24 * 16];
        for (var t = 0; t < values.Length; t++)
        {
            values[t] = t < 25 ? 50 + (20 * Math.Sin(2 * Math.PI * t / 24)) + (t < 24 ? 0 : 5) : values[t - 24] + (0.5 * (values[t - 1] - values[t - 25])) + (t < 336 ? 0.01 * Signals.Gauss(random) : 0);
        }

        var path = new double[24];
        var model = new SeasonalRegression("", new() { Lags = [new(0, 0, 1, 1), new(1, 0, 0, 1), new(1, 0, 1, -1)], LagPenalty = 1e-6, ShortPenalty = 1e-3 });
        model.Forecast(Prepared(values[..360]), [360], [path]);
        Assert.True(Signals.MeanError(path, values[360..]) < 0.2);
    }

    [Fact]
    public void Logarithmic_ZerosAndGrowth_GivesBackTheScale()
    {
        var values = Enumerable.Range(0, 60).Select(t => t % 10 == 0 ? 0 : Math.Exp(t / 30.0)).ToArray();
        var path = new double[3];
        new Logarithmic(new Naive()).Forecast(Prepared(values), [59], [path]);
        Assert.All(path, v => Assert.Equal(values[58], v, 9));
    }

    [Fact]
    public void EveryModel_AtAPastOrigin_SeesNothingOfWhatFollows()
    {
        var values = Signals.Traffic(24 * 28);
        var changed = values.ToArray();
        for (var t = 600; t < changed.Length; t++) changed[t] += 5 * Math.Sin(t);
        var (left, right) = (Prepared(values), Prepared(changed));
        foreach (var model in ModelPool.For(left))
        {
            var (a, b) = (new[] { new double[24], new double[24] }, new[] { new double[24], new double[24] });
            model.Forecast(left, [600, 672], a);
            model.Forecast(right, [600, 672], b);
            // The smoothing constants and the standard deviation are of the whole history: they may move a forecast a little, its values never.
            var error = Signals.MeanError(a[0], b[0]);
            Assert.True(error < 0.08 * values.Average(), $"{model.Name}: {error}");
        }
    }

    [Fact]
    public void NelderMead_RosenbrocksValley_FindsItsBottom()
    {
        var found = NelderMead.Minimise(p => (100 * Math.Pow(p[1] - (p[0] * p[0]), 2)) + Math.Pow(1 - p[0], 2), [-1.2, 1], 1, 500, 1e-12);
        Assert.Equal(1, found[0], 3);
        Assert.Equal(1, found[1], 3);
    }

    [Fact]
    public void Prepared_Gaps_AreFilledFromTheNeighboursAndTheSeason()
    {
        var values = Enumerable.Range(0, 24 * 10).Select(Signals.Expected).ToArray();
        var holed = values.Select((v, t) => t is >= 100 and < 110 ? double.NaN : v).ToArray();
        var prepared = Prepared(holed);
        Assert.True(Signals.MeanError(prepared.Values, values) < 1);
        Assert.Equal(10, prepared.Known.Count(known => !known));
        Assert.Equal([5, 5, 6, 7, 7], Prepared([double.NaN, 5, double.NaN, 7, double.PositiveInfinity]).Values);
    }

    private static PreparedSeries Prepared(double[] values) => PreparedSeries.Of(Signals.Hourly(values));
}
