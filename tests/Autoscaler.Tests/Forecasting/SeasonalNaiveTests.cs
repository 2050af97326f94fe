using Platform.Autoscaler.Forecasting;

namespace Platform.Autoscaler.Tests.Forecasting;

public sealed class SeasonalNaiveTests
{
    [Fact]
    public void Forecast_GivenAPeriod_RepeatsTheNewestKnownValueWholeSeasonsBefore()
    {
        var forecast = new SeasonalNaive(3).Forecast(new TimeSeries(new[] { 1, 2, 3, 1, 2, double.NaN }, TimeSpan.FromHours(1)), 4);
        Assert.Equal([1, 2, 3, 1], Enumerable.Range(1, 4).Select(forecast.Median));
    }

    [Fact]
    public void Forecast_HourlyHistoryOfThreeWeeks_RepeatsTheWeek()
    {
        var values = Enumerable.Range(0, 24 * 21).Select(t => (double)(t % 168)).ToArray();
        var forecast = new SeasonalNaive().Forecast(new TimeSeries(values, TimeSpan.FromHours(1)), 200);
        for (var h = 1; h <= 200; h++) Assert.Equal((h - 1) % 168, forecast.Median(h));
    }

    [Fact]
    public void Forecast_NothingKnown_IsZero() => Assert.Equal(0, new SeasonalNaive().Forecast(new TimeSeries(ReadOnlyMemory<double>.Empty, TimeSpan.FromHours(1)), 3).Median(3));
}
