using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;
using static Platform.Autoscaler.Tests.Scaling.Inputs;

namespace Platform.Autoscaler.Tests.Scaling;

public sealed class HorizontalScalerTests
{
    [Fact]
    public void Decide_SeveralMetrics_TheLargestWins()
    {
        var input = Of(2, [Reading("cpu", MetricKind.Resource, 0.5, 0.5, 0.5), Total(400, 50)], 2);
        var decision = HorizontalScaler.Decide(input);
        Assert.Equal(8, decision.Desired);
        Assert.Equal(ScalingOutcome.Scale, decision.Outcome);
        Assert.Contains("requestsPerSecond is 200 per replica against a target of 50 (ratio 4)", decision.Reason);
    }

    [Fact]
    public void Decide_AMetricFailsAndTheRestWouldShrink_NothingIsTakenAway()
    {
        var decision = HorizontalScaler.Decide(Of(4, [Total(10, 50), Unavailable("cpu")], 4));
        Assert.Equal(4, decision.Desired);
        Assert.Equal(ScalingOutcome.Held, decision.Outcome);
        Assert.Contains("cpu: nothing was measured", decision.Reason);
    }

    [Fact]
    public void Decide_AMetricFailsAndTheRestWouldGrow_ItGrows() =>
        Assert.Equal(6, HorizontalScaler.Decide(Of(4, [Total(300, 50), Unavailable("cpu")], 4)).Desired);

    [Fact]
    public void Decide_AllMetricsFail_HoldsAndSaysWhy()
    {
        var decision = HorizontalScaler.Decide(Of(4, [Unavailable("cpu"), Unavailable("memory")], 4));
        Assert.Equal(ScalingOutcome.Held, decision.Outcome);
        Assert.Null(decision.Recommended);
    }

    [Fact]
    public void Decide_CurrentIsZero_IsDisabled() => Assert.Equal(ScalingOutcome.Disabled, HorizontalScaler.Decide(Of(0, [Total(900, 50)], 0)).Outcome);

    [Fact]
    public void Decide_NoMetrics_IsDisabled() => Assert.Equal(ScalingOutcome.Disabled, HorizontalScaler.Decide(Of(3, [], 3)).Outcome);

    [Theory]
    [InlineData(12, 2, 8, 8)]
    [InlineData(1, 2, 8, 2)]
    public void Decide_CurrentOutsideTheLimits_GoesToTheLimitAtOnce(int current, int min, int max, int expected)
    {
        var input = Of(current, [Unavailable("cpu")], current).With(s => s with { Min = min, Max = max });
        Assert.Equal(expected, HorizontalScaler.Decide(input).Desired);
    }

    [Fact]
    public void Decide_MoreThanTheMaximum_IsClampedAndSaysSo()
    {
        var decision = HorizontalScaler.Decide(Of(4, [Total(5000, 50)], 4).With(s => s with { Max = 10 }));
        Assert.Equal(10, decision.Desired);
        Assert.Equal(100, decision.Recommended);
        Assert.Equal(["TooManyReplicas"], decision.LimitedBy);
        Assert.EndsWith("the maximum is 10.", decision.Reason);
    }

    [Fact]
    public void Decide_Idle_ShrinksToTheMinimum()
    {
        var decision = HorizontalScaler.Decide(Of(4, [Total(0, 50)], 4).With(s => s with { Min = 2 }));
        Assert.Equal(2, decision.Desired);
        Assert.Equal(["TooFewReplicas"], decision.LimitedBy);
    }

    [Fact]
    public void Decide_ScaleDownWindow_KeepsTheHighestRecommendationInIt()
    {
        // 4 minutes ago 7 were right, 6 minutes ago 9; the window is 5 minutes, 2 are right now.
        var input = Of(10, [Total(100, 50)], 10)
            .WithBehavior(b => b with { ScaleDown = new ScalingRules { StabilizationWindow = TimeSpan.FromMinutes(5) } });
        var decision = HorizontalScaler.Decide(input with { History = new ScalingHistory([Ago(360, 9), Ago(240, 7)], []) });
        Assert.Equal(7, decision.Desired);
        Assert.Equal(2, decision.Recommended);
        Assert.Equal(["ScaleDownStabilized"], decision.LimitedBy);
    }

    [Fact]
    public void Decide_ScaleUpWindow_KeepsTheLowestRecommendationInIt()
    {
        var input = Of(2, [Total(500, 50)], 2)
            .WithBehavior(b => b with { ScaleUp = new ScalingRules { StabilizationWindow = TimeSpan.FromMinutes(1) } });
        var decision = HorizontalScaler.Decide(input with { History = new ScalingHistory([Ago(90, 1), Ago(30, 4), Ago(15, 6)], []) });
        Assert.Equal(4, decision.Desired);
        Assert.Equal(["ScaleUpStabilized"], decision.LimitedBy);
    }

    [Fact]
    public void Decide_RecommendationsOnBothSides_StaysWhereItIs()
    {
        // Asked for 2 just now and for 9 a minute ago: both windows hold, so neither growth nor shrinking.
        var rules = new ScalingRules { StabilizationWindow = TimeSpan.FromMinutes(5) };
        var input = Of(5, [Total(450, 50)], 5).WithBehavior(b => b with { ScaleUp = rules, ScaleDown = rules });
        Assert.Equal(5, HorizontalScaler.Decide(input with { History = new ScalingHistory([Ago(60, 2)], []) }).Desired);
    }

    [Theory]
    [InlineData("Max", 8)] // 100 % of 4 = +4, or +2 replicas: the larger
    [InlineData("Min", 6)]
    [InlineData("Disabled", 4)]
    public void Decide_UpPolicies_SelectPolicyChooses(string select, int expected)
    {
        var rules = new ScalingRules { SelectPolicy = select, Policies = [ScalingPolicy.OfPercent(100, Seconds(60)), ScalingPolicy.OfReplicas(2, Seconds(60))] };
        Assert.Equal(expected, HorizontalScaler.Decide(Of(4, [Total(5000, 50)], 4).WithBehavior(b => b with { ScaleUp = rules })).Desired);
    }

    [Theory]
    [InlineData("Max", 5)] // 50 % of 10 = −5, or −1 replica: the larger change
    [InlineData("Min", 9)]
    [InlineData("Disabled", 10)]
    public void Decide_DownPolicies_SelectPolicyChooses(string select, int expected)
    {
        var rules = new ScalingRules { SelectPolicy = select, Policies = [ScalingPolicy.OfPercent(50, Seconds(60)), ScalingPolicy.OfReplicas(1, Seconds(60))] };
        Assert.Equal(expected, HorizontalScaler.Decide(Of(10, [Total(50, 50)], 10).WithBehavior(b => b with { ScaleDown = rules })).Desired);
    }

    [Fact]
    public void Decide_PolicyPeriod_CountsWhatWasAddedInIt()
    {
        // +4 per minute; 30 s ago 3 were added (5 → 8): the period began with 5, so 9 is the limit. 90 s ago does not count.
        var rules = new ScalingRules { Policies = [ScalingPolicy.OfReplicas(4, Seconds(60))] };
        var input = Of(8, [Total(5000, 50)], 8).WithBehavior(b => b with { ScaleUp = rules });
        var decision = HorizontalScaler.Decide(input with { History = new ScalingHistory([], [Changed(90, 4), Changed(30, 3)]) });
        Assert.Equal(9, decision.Desired);
        Assert.Equal(["ScaleUpLimit"], decision.LimitedBy);
    }

    [Fact]
    public void Decide_PolicyPeriodUsedUp_WaitsInsteadOfShrinking()
    {
        var rules = new ScalingRules { Policies = [ScalingPolicy.OfReplicas(2, Seconds(60))] };
        var input = Of(8, [Total(5000, 50)], 8).WithBehavior(b => b with { ScaleUp = rules });
        Assert.Equal(8, HorizontalScaler.Decide(input with { History = new ScalingHistory([], [Changed(30, 4)]) }).Desired);
    }

    [Fact]
    public void Decide_PercentGrowth_IsRoundedUp()
    {
        // 10 % of 3 is 0.3: rounded down it could never grow.
        var rules = new ScalingRules { Policies = [ScalingPolicy.OfPercent(10, Seconds(60))] };
        Assert.Equal(4, HorizontalScaler.Decide(Of(3, [Total(5000, 50)], 3).WithBehavior(b => b with { ScaleUp = rules })).Desired);
    }

    [Fact]
    public void Decide_KubernetesDefaults_GrowByTheLargerOfDoubleAndFour()
    {
        var input = Of(2, [Total(5000, 50)], 2) with { Settings = new ScalingSettings { Max = 50 } };
        Assert.Equal(6, HorizontalScaler.Decide(input).Desired);
        Assert.Equal(20, HorizontalScaler.Decide(input with { Current = 10 }).Desired);
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static Recommendation Ago(int seconds, int replicas) => new(Now - Seconds(seconds), replicas);

    private static ScaleChange Changed(int secondsAgo, int change) => new(Now - Seconds(secondsAgo), change);
}
