using Platform.Autoscaler.Scaling.Predictive;

namespace Platform.Autoscaler.Tests.Scaling.Predictive;

public sealed class PredictiveScalerTests
{
    [Fact]
    public void Decide_AfterSteadyDemand_WantsWhatItNeedsAndSaysSo()
    {
        var scaler = new PredictiveScaler(3);
        for (var minute = 0; minute < 600; minute++) scaler.Observe(95);

        var decision = scaler.Decide(Situation(ready: 2, capacity: 20), 0.999);

        Assert.Equal(5, decision.Wanted);
        Assert.Equal(95, decision.Forecast, 1.0);
        Assert.InRange(decision.Confidence, 0.9, 1);
        Assert.Contains("5 replicas instead of 2", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_BeforeAnythingIsKnown_StaysWithinTheLimits()
    {
        var scaler = new PredictiveScaler(3);
        Assert.InRange(scaler.Decide(Situation(1, 20) with { Min = 2, Max = 4 }, 0.999).Wanted, 2, 4);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-5)]
    [InlineData(double.PositiveInfinity)]
    public void Observe_WithoutAUsableValue_LeavesTheForecastFinite(double value)
    {
        var scaler = new PredictiveScaler(3);
        for (var minute = 0; minute < 100; minute++) scaler.Observe(minute % 3 == 0 ? value : 40);

        var decision = scaler.Decide(Situation(3, 20), 0.999);

        Assert.True(double.IsFinite(decision.Forecast) && double.IsFinite(decision.Quantile) && double.IsFinite(decision.Price));
    }

    private static PredictiveSituation Situation(int ready, double capacity) => new()
    {
        Ready = ready,
        Capacity = capacity,
        Startup = TimeSpan.FromMinutes(2),
        Min = 1,
        Max = 20,
    };
}
