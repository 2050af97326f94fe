using Platform.Benchmarks.Forecast;

namespace Platform.Autoscaler.Tests.Forecasting.Bench;

/// <summary>The figures that `./platform bench forecast` prints, by hand.</summary>
public sealed class MeasureTests
{
    private const double Tolerance = 1e-9;

    /// <summary>
    /// History 1 2 3 4 of season 2 has a scale of (2 + 2) / 2. Actual 4, 6 against 5, 3: sMAPE 200 (1/9 + 3/9) / 2, MASE (1 + 3) / 2 / 2.
    /// </summary>
    [Fact]
    public void Score_TwoSteps_AgreesWithHand()
    {
        var score = new ForecastScore("");
        score.Add([1, 2, 3, 4], [4, 6], 2, [5, 3], null);
        Assert.Equal(400.0 / 9, score.Smape, Tolerance);
        Assert.Equal(1, score.Mase, Tolerance);

        var half = new ForecastScore("");
        half.Add([1, 2, 3, 4], [4, 6], 2, [4, 6 - (12 / 3.5)], null);
        Assert.Equal((half.Smape / score.Smape / 2) + (half.Mase / 2), half.OwaAgainst(score), Tolerance);
    }

    /// <summary>Bounds 3 and 5 at every level: 4 is inside, 6 outside by 1. At 90 % the bounds' losses are (1·0.05 + 1·0.05) and (3·0.05 + 1·0.95).</summary>
    [Fact]
    public void Score_Intervals_CoverageAndPinballByHand()
    {
        var score = new ForecastScore("");
        score.Add([1, 2, 3, 4], [4, 6], 2, [4, 4], (_, level) => level < 0.5 ? 3 : 5);
        var row = score.Row(score);
        Assert.Equal(50.0, (double)row["coverage90Percent"]!, Tolerance);
        Assert.Equal((0.1 + 1.1) / 2 / 2, (double)row["pinball90"]!, Tolerance);
    }

    [Fact]
    public void SeasonalNaive_RepeatsTheLastSeason() => Assert.Equal([3, 4, 5, 3], PeerForecasts.SeasonalNaive([9, 9, 9, 3, 4, 5], 3, 4));

    /// <summary>A multiplicative pattern 0.5, 1, 1.5 on a level of 10 is found exactly: the last adjusted value is 10.</summary>
    [Fact]
    public void Naive2_MultiplicativeSeason_IsTakenOutAndPutBack()
    {
        double[] pattern = [5, 10, 15, 10];
        var history = Enumerable.Range(0, 40).Select(t => pattern[t % 4]).ToArray();
        Assert.True(PeerForecasts.IsSeasonal(history, 4));
        var forecast = PeerForecasts.Naive2(history, 4, 5);
        for (var h = 0; h < 5; h++) Assert.Equal(pattern[h % 4], forecast[h], Tolerance);
    }

    [Fact]
    public void Naive2_NoSeason_IsTheLastValue()
    {
        double[] history = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
        Assert.False(PeerForecasts.IsSeasonal(history, 4));
        Assert.Equal([8, 8], PeerForecasts.Naive2(history, 4, 2));
    }

    /// <summary>
    /// Of a straight line 1, 2, … 10 the bent series is the line itself, which smoothing follows one step behind at alpha → 1: level 10. The
    /// forecast is the mean of the line's 11, 12 and 10.
    /// </summary>
    [Fact]
    public void Theta_StraightLine_GoesOnWithHalfItsSlope()
    {
        var forecast = PeerForecasts.Theta([.. Enumerable.Range(1, 10).Select(t => (double)t)], 1, 2);
        Assert.Equal(10.5, forecast[0], 1e-3);
        Assert.Equal(11, forecast[1], 1e-3);
    }

    [Fact]
    public void HoltWinters_SeasonAndTrend_GoesOn()
    {
        double[] season = [0, 5, -5, 0];
        var history = Enumerable.Range(0, 80).Select(t => 100 + t + season[t % 4]).ToArray();
        var forecast = PeerForecasts.HoltWinters(history, 4, 4);
        for (var h = 0; h < 4; h++) Assert.InRange(forecast[h], 178 + h + season[h], 182 + h + season[h]);
    }
}
