using FsCheck;
using FsCheck.Fluent;
using Platform.HealthMonitor.Alerts;

namespace Platform.HealthMonitor.Tests.Alerts;

public sealed class AlertEvaluationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly AlertRule Rule = new()
    {
        Name = "errors",
        Metric = "errorRate",
        Aggregation = Aggregation.Mean,
        Comparison = Comparison.Above,
        Threshold = 0.05,
        For = TimeSpan.FromSeconds(3),
        ClearAfter = TimeSpan.FromSeconds(2),
        MinimumEvents = 10,
    };

    [Fact]
    public void Step_HoldsForItsDuration_IsRaisedOnceAndResolvedOnce()
    {
        // Seconds:      0    1    2    3    4    5    6    7    8
        var log = Run(0.1, 0.1, 0.1, 0.1, 0.1, 0.0, 0.0, 0.0, 0.0);
        Assert.Equal([(3, AlertTransition.Raised), (7, AlertTransition.Resolved)], log);
    }

    [Fact]
    public void Step_StopsHoldingWhilePending_StartsAnew() => Assert.Equal([(6, AlertTransition.Raised)], Run(0.1, 0.1, 0.0, 0.1, 0.1, 0.1, 0.1));

    [Fact]
    public void Step_HoldsAgainWhileClearing_GoesOn() => Assert.Equal([(3, AlertTransition.Raised)], Run(0.1, 0.1, 0.1, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0));

    [Fact]
    public void Step_AnApplicationAtRest_IsNotMissed_AndAnAlertOfItEnds()
    {
        var rule = Rule with { Comparison = Comparison.Below, Threshold = 1, For = TimeSpan.Zero, ClearAfter = TimeSpan.Zero, MinimumEvents = 0 };
        var atRest = new Observation(0, 0, IsAtRest: true);
        Assert.Equal((AlertState.Inactive, AlertTransition.None), AlertEvaluation.Step(rule, AlertState.Inactive, atRest, Start, Guid.NewGuid()));
        var (firing, raised) = AlertEvaluation.Step(rule, AlertState.Inactive, atRest with { IsAtRest = false }, Start, Guid.NewGuid());
        Assert.Equal((AlertTransition.Raised, AlertTransition.Resolved), (raised, AlertEvaluation.Step(rule, firing, atRest, Start, Guid.NewGuid()).Transition));
    }

    [Fact]
    public void Step_NothingMeasured_NeitherRaisesNorResolves() =>
        Assert.Equal([(3, AlertTransition.Raised)], Run(0.1, 0.1, 0.1, 0.1, null, null, null, null, null));

    [Fact]
    public void Step_TooFewEvents_IsGoodNews()
    {
        var (state, transition) = AlertEvaluation.Step(Rule with { For = TimeSpan.Zero }, AlertState.Inactive, new Observation(1, 9), Start, Guid.NewGuid());
        Assert.Equal((AlertPhase.Inactive, AlertTransition.None), (state.Phase, transition));
    }

    [Fact]
    public void Step_WithoutDuration_IsRaisedAtOnce()
    {
        var id = Guid.NewGuid();
        var (state, transition) = AlertEvaluation.Step(Rule with { For = TimeSpan.Zero }, AlertState.Inactive, new Observation(1, 10), Start, id);
        Assert.Equal((AlertPhase.Firing, AlertTransition.Raised, id), (state.Phase, transition, state.AlertId));
    }

    [Fact]
    public void Step_ExactlyAtTheThreshold_DoesNotHold()
    {
        Assert.False(AlertEvaluation.Crosses(Rule, 0.05));
        Assert.False(AlertEvaluation.Crosses(Rule with { Comparison = Comparison.Below }, 0.05));
        Assert.True(AlertEvaluation.Crosses(Rule with { Comparison = Comparison.Below }, 0.049));
    }

    [Fact]
    public void Step_AnySequence_RaisesAndResolvesInTurn() =>
        Prop.ForAll(Gen.Choose(-2, 10).ArrayOf().ToArbitrary(), values =>
        {
            var log = Run([.. values.Select(value => value == -2 ? (double?)null : value == -1 ? double.NaN : value / 100.0)]).Select(entry => entry.Transition).ToList();
            return log.Where((transition, i) => transition != (i % 2 == 0 ? AlertTransition.Raised : AlertTransition.Resolved)).Any() == false;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static List<(int Second, AlertTransition Transition)> Run(params double?[] values)
    {
        List<(int, AlertTransition)> log = [];
        var state = AlertState.Inactive;
        for (var second = 0; second < values.Length; second++)
        {
            (state, var transition) = AlertEvaluation.Step(Rule, state, new Observation(values[second], 100), Start.AddSeconds(second), Guid.NewGuid());
            if (transition is not AlertTransition.None) log.Add((second, transition));
        }

        return log;
    }
}
