using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Sources;
using Platform.Contracts.Scaling;
using Platform.Hosting.Measurements;

namespace Platform.Autoscaler.Tests.Sources;

public sealed class FollowedMetricTests
{
    private static readonly MetricTarget Target = new() { Name = "backlog", Target = 30, Activation = 5, RabbitMq = new RabbitMqMetric { Host = "amqp://mq", Queue = "orders" } };
    private readonly FollowedMetric _metric = new("shop", Target, At(0));

    [Fact]
    public void Read_AValue_IsTheApplicationsTotal()
    {
        _metric.End(Reading.Of(90), At(1));

        var reading = _metric.Read(At(10));

        Assert.Equal((MetricKind.Total, 90.0, null, true), (reading.Kind, reading.Total, reading.Unavailable, reading.IsActive));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(5.5, true)]
    public void Read_AboveTheActivation_IsActive(double value, bool active)
    {
        _metric.End(Reading.Of(value), At(1));

        Assert.Equal(active, _metric.Read(At(2)).IsActive);
    }

    [Fact]
    public void Read_BeforeTheFirstAnswer_IsMissing()
    {
        var reading = _metric.Read(At(2));

        Assert.Equal("rabbitmq was asked 2 s ago and has not answered yet", reading.Unavailable);
        Assert.Null(reading.IsActive);
    }

    [Fact]
    public void Read_AfterAFailure_SaysSinceWhenAndWhy()
    {
        _metric.End(Reading.Of(90), At(1));
        _metric.End(Reading.None("it answered 503"), At(16));
        _metric.End(Reading.None("it answered 502"), At(31));

        Assert.Equal("rabbitmq has given no value for 40 s: it answered 502", _metric.Read(At(41)).Unavailable);
    }

    [Fact]
    public void Read_AValueThatNobodyRenews_IsMissingInTheEnd()
    {
        _metric.End(Reading.Of(90), At(1));

        Assert.Null(_metric.Read(At(36)).Unavailable);
        Assert.Equal("rabbitmq was last read 36 s ago", _metric.Read(At(37)).Unavailable);
    }

    [Fact]
    public void End_TellsOnceThatItFailsAndOnceThatItIsBack()
    {
        bool?[] told =
        [
            _metric.End(Reading.None("down"), At(1)), _metric.End(Reading.None("down"), At(2)), _metric.End(Reading.Of(1), At(3)), _metric.End(Reading.Of(2), At(4)),
            _metric.End(Reading.None("down"), At(5)),
        ];

        Assert.Equal([false, null, true, null, false], told);
    }

    [Fact]
    public void Begin_IsOncePerIntervalAndNeverTwiceAtATime()
    {
        Assert.True(_metric.Begin(At(0)));
        Assert.False(_metric.Begin(At(20)));
        _metric.End(Reading.Of(1), At(21));
        Assert.True(_metric.Begin(At(21)));
        _metric.End(Reading.Of(1), At(22));
        Assert.False(_metric.Begin(At(35)));
        Assert.True(_metric.Begin(At(36)));
    }

    [Fact]
    public void Want_HoldsForThreePeriodsAndAWhile()
    {
        _metric.Want(At(0), TimeSpan.FromSeconds(15));

        Assert.True(_metric.IsWanted(At(75)));
        Assert.False(_metric.IsWanted(At(76)));
    }

    /// <summary>KEDA's AverageValue: the value divided by the target, rounded up, unless it is within the tolerance.</summary>
    [Theory]
    [InlineData(2, 90, 3)]
    [InlineData(2, 91, 4)]
    [InlineData(3, 91, 3)]
    [InlineData(3, 0, 0)]
    public void Estimate_OfAQueue_IsItsLengthOverTheTarget(int current, double length, int replicas)
    {
        _metric.End(Reading.Of(length), At(1));
        var input = Input(current, _metric.Read(At(2)));

        Assert.Equal(replicas, MetricEstimator.Estimate(input, input.Metrics[0]).Replicas);
    }

    [Fact]
    public void Decide_WhileASourceIsSilent_NeverShrinksAndSaysWhy()
    {
        _metric.End(Reading.None("it answered 503: starting"), At(40));
        var idle = new MetricReading { Name = "other", Target = 10, Kind = MetricKind.Total, Total = 1 };

        var decision = HorizontalScaler.Decide(Input(4, _metric.Read(At(40)), idle));

        Assert.Equal((ScalingOutcome.Held, 4), (decision.Outcome, decision.Desired));
        Assert.Contains("backlog: rabbitmq has given no value for 40 s: it answered 503: starting", decision.Reason);
    }

    [Fact]
    public void Decide_WhileASourceIsSilent_GrowsByTheOthers()
    {
        _metric.End(Reading.None("it answered 503"), At(40));
        var busy = new MetricReading { Name = "other", Target = 10, Kind = MetricKind.Total, Total = 60 };

        Assert.Equal(6, HorizontalScaler.Decide(Input(4, _metric.Read(At(40)), busy)).Desired);
    }

    [Theory]
    [InlineData(6, 1)]
    [InlineData(5, 0)]
    public void Decide_AtZeroReplicas_WakesAboveTheActivation(double length, int replicas)
    {
        _metric.End(Reading.Of(length), At(1));
        var input = Input(0, _metric.Read(At(2)));

        var decision = ModalScaler.Decide(input with { Settings = input.Settings with { Min = 0 } }, [], null, "");

        Assert.Equal(replicas, decision.Desired);
        if (replicas > 0) Assert.Equal("backlog is 6, above its activation of 5, and nothing works on it.", decision.Reason);
    }

    private static ScalingInput Input(int current, params MetricReading[] readings) => new()
    {
        Now = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000),
        Current = current,
        Settings = new ScalingSettings { Min = 1, Max = 100 },
        Replicas = [],
        Metrics = readings,
        History = ScalingHistory.Empty,
    };

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
