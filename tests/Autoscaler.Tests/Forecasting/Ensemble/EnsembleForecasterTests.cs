using Platform.Autoscaler.Forecasting;
using Platform.Autoscaler.Forecasting.Ensemble;

namespace Platform.Autoscaler.Tests.Forecasting.Ensemble;

public sealed class EnsembleForecasterTests
{
    private readonly EnsembleForecaster _forecaster = new();

    [Fact]
    public void Forecast_DailyAndWeeklyTraffic_IsNearlyAsGoodAsKnowingItAndBetterThanRepeatingTheWeek()
    {
        var values = Signals.Traffic(24 * 35);
        var history = Signals.Hourly(values[..^48]);
        var expected = Enumerable.Range(history.Count, 48).Select(Signals.Expected).ToArray();
        var ours = Signals.MeanError(Signals.Medians(_forecaster.Forecast(history, 48)), expected);
        var weekly = Signals.MeanError(Signals.Medians(new SeasonalNaive(168).Forecast(history, 48)), expected);
        Assert.True(ours < 0.03 * expected.Average(), $"{ours}");
        Assert.True(ours < 0.6 * weekly, $"{ours} against {weekly}");
    }

    [Fact]
    public void Forecast_ManySeries_IntervalsCoverWhatTheySay()
    {
        var (inside, all) = (new int[3], 0);
        double[] widths = [0.5, 0.9, 0.95];
        for (var seed = 0; seed < 20; seed++)
        {
            var values = Signals.Traffic(24 * 28, seed, 0.1);
            var forecast = _forecaster.Forecast(Signals.Hourly(values[..^24]), 24);
            for (var h = 1; h <= 24; h++, all++)
            {
                for (var i = 0; i < widths.Length; i++)
                {
                    var actual = values[^(25 - h)];
                    if (actual >= forecast.At(h, (1 - widths[i]) / 2) && actual <= forecast.At(h, (1 + widths[i]) / 2)) inside[i]++;
                }
            }
        }

        Assert.InRange((double)inside[0] / all, 0.40, 0.65);
        Assert.InRange((double)inside[1] / all, 0.83, 0.97);
        Assert.InRange((double)inside[2] / all, 0.89, 0.99);
    }

    [Fact]
    public void Forecast_LevelShiftADayAgo_GoesOnAtTheNewLevel()
    {
        var values = Signals.Traffic(24 * 30).Select((v, t) => t >= 24 * 29 ? 2 * v : v).ToArray();
        var forecast = _forecaster.Forecast(Signals.Hourly(values), 24);
        var expected = Enumerable.Range(values.Length, 24).Average(t => 2 * Signals.Expected(t));
        Assert.InRange(Signals.Medians(forecast).Average(), 0.7 * expected, 1.15 * expected);
    }

    [Fact]
    public void Forecast_GapsOfHoursAndADay_AreHardlyWorseThanNone()
    {
        var values = Signals.Traffic(24 * 30);
        var holes = values.Select((v, t) => t % 17 == 3 || (t > 500 && t < 526) || t % 101 < 4 ? double.NaN : v).ToArray();
        var expected = Enumerable.Range(values.Length, 48).Select(Signals.Expected).ToArray();
        var whole = Signals.MeanError(Signals.Medians(_forecaster.Forecast(Signals.Hourly(values), 48)), expected);
        var holed = Signals.MeanError(Signals.Medians(_forecaster.Forecast(Signals.Hourly(holes), 48)), expected);
        Assert.True(holed < (1.5 * whole) + 1, $"{holed} against {whole}");
    }

    /// <summary>A stream that has been silent for six hours: what comes next is six hours farther from what is known.</summary>
    [Fact]
    public void Forecast_LatestValuesUnknown_IsTheForecastFromTheLastKnownOne()
    {
        var known = Signals.Traffic(24 * 21);
        var silent = _forecaster.Forecast(Signals.Hourly(known.Concat(Enumerable.Repeat(double.NaN, 6))), 12);
        var before = _forecaster.Forecast(Signals.Hourly(known), 18);
        for (var h = 1; h <= 12; h++)
        {
            Assert.Equal(before.Median(h + 6), silent.Median(h));
            Assert.Equal(before.At(h + 6, 0.9), silent.At(h, 0.9));
        }

        Assert.Equal(before.Start + (6 * before.Step), silent.Start);
    }

    [Fact]
    public void Forecast_TwoDaysKnown_RepeatsTheDay()
    {
        var known = Signals.Traffic(49);
        var error = Signals.MeanError(Signals.Medians(_forecaster.Forecast(Signals.Hourly(known), 24)), Enumerable.Range(49, 24).Select(Signals.Expected));
        Assert.True(error < 8, $"{error}");
    }

    [Fact]
    public void Forecast_ThirtyHoursKnown_FollowsTheLevelNearAndRepeatsTheDayFar()
    {
        // Today began at twice yesterday's.
        var known = Signals.Traffic(30, noise: 0.01).Select((v, t) => t >= 24 ? 2 * v : v).ToArray();
        var medians = Signals.Medians(_forecaster.Forecast(Signals.Hourly(known), 24));
        Assert.True(Math.Abs(medians[0] - known[^1]) < Math.Abs(medians[0] - known[6]), $"{medians[0]}: {known[^1]} now, {known[6]} yesterday");
        Assert.Equal(known[16], medians[10], 0.2 * known[16]);
    }

    [Fact]
    public void Forecast_MaskedOutage_IsNotForecastToComeAgain()
    {
        var values = Signals.Traffic(24 * 30);
        for (var t = 24 * 29; t < (24 * 29) + 12; t++) values[t] = 0;
        var history = Signals.Hourly(values);
        var masked = history.Without([(history.TimeAt(24 * 29), history.TimeAt((24 * 29) + 12))]);
        var expected = Enumerable.Range(values.Length, 24).Select(Signals.Expected).ToArray();
        var error = Signals.MeanError(Signals.Medians(_forecaster.Forecast(masked, 24)), expected);
        Assert.True(error < 0.05 * expected.Average(), $"{error}");
    }

    [Fact]
    public void Forecast_TrendWithoutSeason_GoesOnUpwards()
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 200).Select(t => 50 + (0.5 * t) + Signals.Gauss(random));
        var forecast = _forecaster.Forecast(Signals.Hourly(values), 10);
        Assert.InRange(forecast.Median(10), 150, 160);
    }

    [Fact]
    public void Forecast_AnotherSeasonThanTheClocks_IsFound()
    {
        // Every 36 minutes, at one-minute steps.
        var random = new Random(4);
        double Expected(int t) => 20 + (10 * Math.Sin(2 * Math.PI * t / 36)) + (4 * Math.Cos(4 * Math.PI * t / 36));
        var series = new TimeSeries(Enumerable.Range(0, 600).Select(t => Expected(t) + Signals.Gauss(random)).ToArray(), TimeSpan.FromMinutes(1));
        var forecast = _forecaster.Forecast(series, 36);
        var error = Signals.MeanError(Signals.Medians(forecast), Enumerable.Range(600, 36).Select(Expected));
        Assert.True(error < 1, $"{error}");
    }

    [Fact]
    public void Forecast_SaysWhichModelsCarriedIt()
    {
        var forecast = _forecaster.Forecast(Signals.Hourly(Signals.Traffic(24 * 28)), 24);
        Assert.NotEmpty(forecast.Models);
        Assert.InRange(forecast.Models.Sum(m => m.Weight), 0.8, 1 + 1e-9);
        Assert.All(forecast.Models, m => Assert.InRange(m.RecentError, 0, 3));
        Assert.Equal(forecast.Models.OrderByDescending(m => m.Weight), forecast.Models);
    }

    [Fact]
    public void Forecast_NothingKnown_IsZero()
    {
        Assert.Equal(0, _forecaster.Forecast(Signals.Hourly([]), 2).At(2, 0.99));
        Assert.Equal(0, _forecaster.Forecast(Signals.Hourly([double.NaN, double.NaN]), 2).At(1, 0.99));
    }

    [Fact]
    public void Forecast_Constant_StaysWithoutDoubt()
    {
        var forecast = _forecaster.Forecast(Signals.Hourly(Enumerable.Repeat(7.0, 500)), 48);
        for (var h = 1; h <= 48; h++)
        {
            Assert.Equal(7, forecast.At(h, 0.01), 6);
            Assert.Equal(7, forecast.At(h, 0.99), 6);
        }
    }

    [Fact]
    public void Forecast_OneValue_DoubtsItself()
    {
        var forecast = _forecaster.Forecast(Signals.Hourly([10]), 3);
        Assert.Equal(10, forecast.Median(1), 9);
        Assert.True(forecast.At(1, 0.9) > 12);
        Assert.True(forecast.At(3, 0.9) > forecast.At(1, 0.9));
    }

    /// <summary>A year of hours and two weeks of minutes cost what their newest part costs.</summary>
    [Fact]
    public void Forecast_LongHistory_OnlyItsNewestPartCounts()
    {
        var values = Signals.Traffic(24 * 365);
        var all = _forecaster.Forecast(Signals.Hourly(values), 48);
        var newest = _forecaster.Forecast(Signals.Hourly(values).Latest(EnsembleForecaster.DefaultLongest), 48);
        Assert.Equal(Signals.Medians(newest), Signals.Medians(all));
    }
}
