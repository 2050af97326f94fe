using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Scaling.Rules;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Scaling.Rules;

public sealed class RuleScalerTests
{
    [Theory]
    [InlineData("cpu", 0.71, 2)]
    [InlineData("memory", 0.81, 2)]
    [InlineData("latency", 2.1, 5)]
    [InlineData("queue", 101, 3)]
    public void Decide_OneRuleForMoreHasHeldForItsTime_AddsTwo(string metric, double value, int minutes)
    {
        var play = new Play(4);
        Assert.Equal(4, play.Run(minutes * 60 - 1, (metric, value)).Desired);
        var decision = play.Run(2, (metric, value));
        Assert.Equal(6, decision.Desired);
        Assert.Contains(metric, decision.Reason);
    }

    [Fact]
    public void Decide_AShortDip_BeginsTheTimeAnew()
    {
        var play = new Play(4);
        play.Run(110, ("cpu", 0.9));
        play.Run(1, ("cpu", 0.6));
        Assert.Equal(4, play.Run(110, ("cpu", 0.9)).Desired);
    }

    [Fact]
    public void Decide_AllRulesForFewerHaveHeld_TakesOneAway()
    {
        var play = new Play(4);
        Assert.Equal(4, play.Run(899, ("cpu", 0.1), ("memory", 0.2), ("latency", 0.1), ("queue", 1)).Desired);
        Assert.Equal(3, play.Run(3, ("cpu", 0.1), ("memory", 0.2), ("latency", 0.1), ("queue", 1)).Desired);
    }

    [Fact]
    public void Decide_OneRuleForFewerDoesNotHold_TakesNothingAway() =>
        Assert.Equal(4, new Play(4).Run(1_200, ("cpu", 0.1), ("memory", 0.6), ("latency", 0.1)).Desired);

    [Fact]
    public void Decide_AMetricThatWasThereIsLost_TakesNothingAway()
    {
        var play = new Play(4);
        play.Run(10, ("cpu", 0.5), ("memory", 0.6));
        Assert.Equal(4, play.Run(1_200, ("cpu", 0.1)).Desired);
    }

    [Fact]
    public void Decide_NoMetricIsKnown_IsHeld() => Assert.Equal(ScalingOutcome.Held, new Play(4).Run(10).Outcome);

    [Fact]
    public void Decide_AfterAStepUp_TheNextOneWaitsFiveMinutes()
    {
        var play = new Play(4);
        play.Run(121, ("cpu", 0.9));
        Assert.Equal(6, play.Current);
        Assert.Contains("cool-down", play.Run(290, ("cpu", 0.9)).Reason);
        play.Run(15, ("cpu", 0.9));
        Assert.Equal(8, play.Current);
    }

    [Fact]
    public void Decide_AfterAStepDown_TheNextOneWaitsTenMinutes()
    {
        var play = new Play(6);
        play.Run(601, ("cpu", 0.1));
        Assert.Equal(5, play.Current);
        play.Run(590, ("cpu", 0.1));
        Assert.Equal(5, play.Current);
        play.Run(15, ("cpu", 0.1));
        Assert.Equal(4, play.Current);
    }

    [Fact]
    public void Decide_TheCpuOfAReplicaThatStarts_ScalesNothing()
    {
        var play = new Play(2) { Age = TimeSpan.FromSeconds(20) };
        Assert.Equal(2, play.Run(150, ("cpu", 1.0)).Desired);
    }

    [Fact]
    public void Decide_Anything_StaysWithinTheLimitsAndOneStep() => Prop.ForAll(
        Gen.Choose(0, 100).Select(percent => percent / 100.0).ListOf(40).ToArbitrary(),
        shares =>
        {
            var play = new Play(3);
            return shares.All(share =>
            {
                var before = play.Current;
                var decision = play.Run(90, ("cpu", share), ("memory", 1 - share));
                return decision.Desired is >= 1 and <= 10 && Math.Abs(play.Current - before) <= 2;
            });
        }).QuickCheckThrowOnFailure();

    /// <summary>Seconds that go by with the same measurements; steps are carried out at once.</summary>
    private sealed class Play(int current)
    {
        private readonly List<ScaleChange> _changes = [];
        private IReadOnlyList<RuleState> _states = [];
        private int _second;

        public int Current { get; private set; } = current;

        public TimeSpan Age { get; init; } = TimeSpan.FromHours(1);

        public ScalingDecision Run(int seconds, params (string Metric, double Value)[] metrics)
        {
            ScalingDecision? last = null;
            for (var i = 0; i < seconds; i++)
            {
                var input = Input(metrics);
                _states = RuleScaler.Progress(StandardRules.Standard, input, _states);
                last = RuleScaler.Decide(StandardRules.Standard, input, _states);
                _second++;
                if (!last.Changes) continue;
                _changes.Add(new ScaleChange(input.Now, last.Desired - Current));
                Current = last.Desired;
            }

            return last!;
        }

        private ScalingInput Input((string Metric, double Value)[] metrics)
        {
            var now = Inputs.Now.AddSeconds(_second);
            var started = Inputs.Now - Age;
            return new ScalingInput
            {
                Now = now,
                Clock = TimeSpan.FromSeconds(_second),
                Current = Current,
                Settings = new ScalingSettings { Min = 1, Max = 10, RuleSet = "standard" },
                Replicas = [.. Enumerable.Range(0, Current).Select(i => new ReplicaObservation($"r{i}", started, true, started + TimeSpan.FromSeconds(1)))],
                Metrics =
                [
                    .. metrics.Select(metric => metric.Metric is "cpu" or "memory"
                        ? new MetricReading
                        {
                            Name = metric.Metric, Kind = MetricKind.Resource, Target = 1,
                            Samples = Enumerable.Range(0, Current).ToDictionary(i => $"r{i}", _ => new ReplicaSample(metric.Value, now, TimeSpan.FromSeconds(200))),
                        }
                        : new MetricReading { Name = metric.Metric, Kind = MetricKind.Total, Target = 1, Total = metric.Value }),
                ],
                History = new ScalingHistory([], _changes),
            };
        }
    }
}
