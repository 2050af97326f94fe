using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Anomalies.Causes;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Tests.Anomalies;

public sealed class CauseRankingTests
{
    private static readonly DateTimeOffset Onset = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static Change Change(ChangeKind kind, double minutesBefore, double? endedMinutesBefore = null) => new()
    {
        Id = Guid.NewGuid(),
        Application = "shop",
        Kind = kind,
        At = Onset - TimeSpan.FromMinutes(minutesBefore),
        Ended = endedMinutesBefore is { } ended ? Onset - TimeSpan.FromMinutes(ended) : null,
        Description = $"{kind} {minutesBefore} min before.",
    };

    [Fact]
    public void Rank_RolloutAndScalingAtOnce_TheRolloutIsTheLikelierCauseOfErrors()
    {
        var causes = CauseRanking.Rank(MetricNames.Errors, Onset, [Change(ChangeKind.Scaling, 2), Change(ChangeKind.Rollout, 2)]);
        Assert.Equal(["rollout", "scaling"], causes.Select(cause => cause.Kind));
        Assert.InRange(causes.Sum(cause => cause.Weight), 0.5, 0.95);
    }

    [Fact]
    public void Rank_OlderOfTheSameKind_WeighsLess()
    {
        var causes = CauseRanking.Rank(MetricNames.Latency, Onset, [Change(ChangeKind.Configuration, 25), Change(ChangeKind.Configuration, 3)]);
        Assert.Equal("Configuration 3 min before.", causes[0].Description);
        Assert.True(causes[0].Weight > 3 * causes[1].Weight);
    }

    [Fact]
    public void Rank_ALongRollout_CountsFromItsEnd()
    {
        var causes = CauseRanking.Rank(MetricNames.Cpu, Onset, [Change(ChangeKind.Rollout, 50, endedMinutesBefore: 2)]);
        Assert.Equal(Onset - TimeSpan.FromMinutes(2), causes[0].At);
        Assert.True(causes[0].Weight > 0.6);
    }

    [Fact]
    public void Rank_AnExperimentUnderWay_IsTheLikeliestOfAll()
    {
        var causes = CauseRanking.Rank(MetricNames.Requests, Onset, [Change(ChangeKind.Rollout, 1), Change(ChangeKind.Experiment, 30), Change(ChangeKind.Scaling, 0)]);
        Assert.Equal("experiment", causes[0].Kind);
    }

    [Fact]
    public void Rank_WhatFollowsOrIsLongPast_IsNoCause() =>
        Assert.Empty(CauseRanking.Rank(MetricNames.Errors, Onset, [Change(ChangeKind.Rollout, -5), Change(ChangeKind.Scaling, 90), Change(ChangeKind.Rollout, 200, endedMinutesBefore: 100)]));

    [Fact]
    public void Rank_WhatNeverEnded_IsNoCauseForEver() =>
        Assert.Empty(CauseRanking.Rank(MetricNames.Errors, Onset, [Change(ChangeKind.Rollout, 3 * 24 * 60)]));

    [Fact]
    public void Rank_AnyChanges_WeightsFallAndLeaveRoomForTheUnknown() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100),
        Prop.ForAll(
            Gen.Choose(0, 6).Zip(Gen.Choose(-10, 120)).ListOf(30).ToArbitrary(),
            changes =>
            {
                var causes = CauseRanking.Rank(MetricNames.Latency, Onset, changes.Select(c => Change((ChangeKind)c.Item1, c.Item2)));
                return causes.Count <= 5 && causes.Sum(c => c.Weight) < 1 && causes.All(c => c.Weight is > 0 and < 1)
                    && causes.Zip(causes.Skip(1)).All(pair => pair.First.Weight >= pair.Second.Weight);
            }));
}
