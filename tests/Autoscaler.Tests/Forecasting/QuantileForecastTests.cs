using Platform.Autoscaler.Forecasting;

namespace Platform.Autoscaler.Tests.Forecasting;

public sealed class QuantileForecastTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.025, -1.959963984540054)]
    [InlineData(0.9, 1.2815515655446004)]
    [InlineData(0.999, 3.090232306167813)]
    [InlineData(0.0001, -3.719016485455709)]
    [InlineData(0.999999, 4.753424308822899)]
    public void Score_MatchesPublishedNormalQuantiles(double level, double expected) => Assert.Equal(expected, Normal.Score(level), 8);

    [Fact]
    public void At_NormalGrid_InterpolatesAndExtrapolatesTheNormalDistribution()
    {
        var history = new TimeSeries(new double[] { 1 }, Hour);
        var grid = Normal.ScoresOf(QuantileForecast.Levels).Select(z => 10 + (2 * z)).ToArray();
        var forecast = new QuantileForecast(history, 1, grid, []);
        Assert.Equal(10, forecast.Median(1), 9);
        foreach (var level in (double[])[0.0001, 0.03, 0.4, 0.77, 0.9999]) Assert.Equal(10 + (2 * Normal.Score(level)), forecast.At(1, level), 7);
    }

    [Fact]
    public void Constructor_QuantilesOutOfOrder_AreSorted()
    {
        var grid = Normal.ScoresOf(QuantileForecast.Levels).Reverse().ToArray();
        var forecast = new QuantileForecast(new TimeSeries(new double[] { 1 }, Hour), 1, grid, []);
        Assert.True(forecast.At(1, 0.1) < forecast.At(1, 0.9));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(3, 0.5)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, double.NaN)]
    public void At_OutsideTheForecast_Throws(int step, double level)
    {
        var forecast = new SeasonalNaive().Forecast(new TimeSeries(new double[] { 1, 2 }, Hour), 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.At(step, level));
    }
}
