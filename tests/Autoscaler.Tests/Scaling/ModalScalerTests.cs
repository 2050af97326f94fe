using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Scaling;

public sealed class ModalScalerTests
{
    [Theory]
    [InlineData(ScalingMode.Reactive, 0.7, 9, 4)]
    [InlineData(ScalingMode.Predictive, 0.7, 9, 9)]
    [InlineData(ScalingMode.Predictive, 1.4, 2, 2)]
    [InlineData(ScalingMode.Hybrid, 0.7, 9, 9)]
    [InlineData(ScalingMode.Hybrid, 1.4, 2, 8)] // what is measured now asks for more
    [InlineData(ScalingMode.Hybrid, 0.35, 3, 3)]
    [InlineData(ScalingMode.Hybrid, 0.7, 500, 100)] // the maximum
    public void Decide_ByTheMode(ScalingMode mode, double cpu, int forecast, int desired)
    {
        var decision = Decide(mode, cpu, forecast);
        Assert.Equal(desired, decision.Desired);
        Assert.Equal(desired == 4 ? ScalingOutcome.Keep : ScalingOutcome.Scale, decision.Outcome);
        Assert.EndsWith(".", decision.Reason);
    }

    [Fact]
    public void Decide_Predictive_WhileAnExperimentRuns_WhatIsMeasuredCountsToo()
    {
        var input = Input(ScalingMode.Predictive, 1.4) with { Disturbance = new Disturbance("experiment peak", IsExperiment: true) };
        Assert.Equal(8, ModalScaler.Decide(input, [], Forecast(2), "").Desired);
    }

    [Fact]
    public void Decide_Recommend_SaysSoAndDoesNothing()
    {
        var decision = Decide(ScalingMode.Recommend, 1.4, 9);
        Assert.Equal((ScalingOutcome.Recommended, false, 9), (decision.Outcome, decision.Changes, decision.Desired));
    }

    [Fact]
    public void Decide_NoForecastYet_GoesByWhatIsMeasuredAndSaysSo()
    {
        var decision = ModalScaler.Decide(Input(ScalingMode.Hybrid, 1.4), [], null, "There is no forecast yet.");
        Assert.Equal(8, decision.Desired);
        Assert.EndsWith("There is no forecast yet.", decision.Reason);
    }

    [Fact]
    public void Decide_TheMetricIsLost_TheForecastAloneTakesNothingAway()
    {
        var input = Input(ScalingMode.Predictive, 0.7) with { Metrics = [Inputs.Unavailable("cpu")] };
        Assert.Equal(4, ModalScaler.Decide(input, [], Forecast(2), "").Desired);
        Assert.Equal(6, ModalScaler.Decide(input, [], Forecast(6), "").Desired);
    }

    [Fact]
    public void Decide_APartOfTheForecast_CountsForSoMuchOfTheGrowth() =>
        Assert.Equal(6, ModalScaler.Decide(Input(ScalingMode.Hybrid, 0.7).With(s => s with { PredictionWeight = 0.3 }), [], Forecast(9), "").Desired); // 4 + 0.3 × 5

    [Theory]
    [InlineData(599, 0, 1)]
    [InlineData(600, 0, 0)]
    [InlineData(600, 1, 1)] // somebody waits
    public void Decide_NobodyAsksForLong_GoesToZero(int idleSeconds, double waiting, int desired)
    {
        var input = Zero(1) with { IdleFor = TimeSpan.FromSeconds(idleSeconds), Waiting = waiting };
        Assert.Equal(desired, ModalScaler.Decide(input, [], null, "").Desired);
    }

    [Fact]
    public void Decide_TheGatewayIsSilent_IsNoReasonToGoToZero() => Assert.Equal(1, ModalScaler.Decide(Zero(1), [], null, "").Desired);

    [Fact]
    public void Decide_AtZeroAndSomebodyWaits_WakesUp()
    {
        Assert.Equal(0, ModalScaler.Decide(Zero(0), [], null, "").Desired);
        var decision = ModalScaler.Decide(Zero(0) with { Waiting = 3 }, [], null, "");
        Assert.Equal((1, ScalingOutcome.Scale), (decision.Desired, decision.Outcome));
    }

    [Fact]
    public void Decide_AtZeroAndRequestsWereTurnedAway_WakesUp() =>
        Assert.Equal((1, ScalingOutcome.Scale), (ModalScaler.Decide(Zero(0) with { Asked = 1 }, [], null, "").Desired, ModalScaler.Decide(Zero(0) with { Asked = 1 }, [], null, "").Outcome));

    private static ScalingInput Zero(int current) => Inputs.Cpu(current, 0.7, [.. Enumerable.Repeat(0.7, current)]).With(s => s with { Min = 0, ZeroAfter = TimeSpan.FromMinutes(10) });

    private static ScalingDecision Decide(ScalingMode mode, double cpu, int forecast) => ModalScaler.Decide(Input(mode, cpu), [], Forecast(forecast), "");

    private static ScalingInput Input(ScalingMode mode, double cpu) => Inputs.Cpu(4, 0.7, cpu, cpu, cpu, cpu).With(s => s with { Mode = mode });

    private static ForecastEstimate Forecast(int replicas) => new()
    {
        Replicas = replicas, Demand = replicas * 9, Quantile = replicas * 10, Level = 0.999, Capacity = 10, Ahead = TimeSpan.FromSeconds(60), StartUp = TimeSpan.FromSeconds(60), Confidence = 0.8,
    };
}
