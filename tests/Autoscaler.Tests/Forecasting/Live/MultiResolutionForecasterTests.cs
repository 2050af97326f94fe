using Platform.Autoscaler.Forecasting;
using Platform.Autoscaler.Forecasting.Ensemble;
using Platform.Autoscaler.Forecasting.Live;

namespace Platform.Autoscaler.Tests.Forecasting.Live;

public sealed class MultiResolutionForecasterTests
{
    private const int Days = 14;

    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly double[] Values = Minutes();

    private readonly MultiResolutionForecaster _forecaster = new();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(60, 1, 60)]
    [InlineData(61, 5, 13)]
    [InlineData(360, 5, 72)]
    [InlineData(361, 60, 7)]
    [InlineData(2880, 60, 48)]
    public void Forecast_AnyDistance_ComesAtTheStepThatSuitsIt(int ahead, int step, int horizon)
    {
        var (minutes, hours) = Histories((Days * 1440) - 600);
        var forecast = _forecaster.Forecast(minutes, hours, ahead * Minute);
        Assert.Equal(step * Minute, forecast.Step);
        Assert.Equal(horizon, forecast.Horizon);
        Assert.Equal(minutes.TimeAt(minutes.Count), forecast.Start);
        var due = minutes.Count + ahead - 1;
        var actual = Level(due);
        Assert.InRange(forecast.Median(forecast.StepAt(minutes.TimeAt(due))), 0.75 * actual, 1.25 * actual);
    }

    [Fact]
    public void Forecast_InTheMidstOfAnHour_ReachesAsFarFromNow()
    {
        var (minutes, hours) = Histories((Days * 1440) - 570);
        var forecast = _forecaster.Forecast(minutes, hours, TimeSpan.FromHours(48));
        Assert.Equal(49, forecast.Horizon);
        Assert.Equal(1, forecast.StepAt(minutes.TimeAt(minutes.Count)));
    }

    [Fact]
    public void Forecast_HoursNotYetThere_ComesFromTheMinutes()
    {
        var (minutes, _) = Histories(1440 * 5);
        var forecast = _forecaster.Forecast(minutes, new TimeSeries(ReadOnlyMemory<double>.Empty, TimeSpan.FromHours(1)), TimeSpan.FromHours(24));
        Assert.Equal(24, forecast.Horizon);
        Assert.InRange(forecast.Median(12), 1, 400);
    }

    /// <summary>At a steep hour the day tells more than the last minutes do.</summary>
    [Fact]
    public void Forecast_HalfAnHourAheadOnASlope_IsBetterThanWithoutTheDay()
    {
        var (adjusted, plain) = (0.0, 0.0);
        for (var hour = 7; hour <= 11; hour++)
        {
            var (minutes, hours) = Histories(((Days - 1) * 1440) + (hour * 60));
            var due = Level(minutes.Count + 29);
            adjusted += Math.Abs(_forecaster.Forecast(minutes, hours, 30 * Minute).Median(30) - due);
            plain += Math.Abs(new EnsembleForecaster().Forecast(minutes.Latest(960), 30).Median(30) - due);
        }

        Assert.True(adjusted < 0.8 * plain, $"{adjusted} against {plain}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70)]
    public void Forecast_HardlyAnyHistory_StillSaysSomething(int known)
    {
        var (minutes, hours) = Histories(known);
        foreach (var ahead in (int[])[1, 30, 300, 2880])
        {
            var forecast = _forecaster.Forecast(minutes, hours, ahead * Minute);
            Assert.True(double.IsFinite(forecast.At(forecast.Horizon, 0.999)));
        }
    }

    private static double Level(int minute)
    {
        var phase = 2 * Math.PI * minute / 1440;
        return 100 * (1.2 + Math.Sin(phase - 2) + (0.15 * Math.Sin(3 * phase)));
    }

    private static double[] Minutes()
    {
        var random = new Random(7);
        var wander = 0.0;
        return [.. Enumerable.Range(0, Days * 1440).Select(t =>
        {
            wander = (0.98 * wander) + (0.005 * Signals.Gauss(random));
            return Level(t) * Math.Max(0, 1 + wander + (0.05 * Signals.Gauss(random)));
        })];
    }

    private static (TimeSeries Minutes, TimeSeries Hours) Histories(int count)
    {
        var minutes = new TimeSeries(Values.AsMemory(0, count), Minute, Start);
        var whole = new TimeSeries(Values.AsMemory(0, count / 60 * 60), Minute, Start).Coarsened(60);
        return (minutes, whole);
    }
}
