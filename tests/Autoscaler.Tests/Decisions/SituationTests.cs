using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Decisions;

public sealed class SituationTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ScaledApplication Shop = new() { Name = "shop", Settings = "{}", Wanted = 2, Revision = "v1", ScaledAt = Now.AddMinutes(-1) };
    private static readonly ScalingSettings Settings = new() { Metrics = [new MetricTarget { Name = MetricNames.Cpu, Target = 0.7 }] };

    [Fact]
    public void Reconcile_GaugeDiffersForLong_IsBelieved() => Assert.Equal(3, Situation.Reconcile(Shop, 3, Now).Wanted);

    [Fact]
    public void Reconcile_GaugeRightAfterAnEvent_IsNotBelievedYet() => Assert.Equal(2, Situation.Reconcile(Shop with { ScaledAt = Now.AddSeconds(-1) }, 3, Now).Wanted);

    [Fact]
    public void Reconcile_CommandThatChangedNothing_IsAnsweredByTheGauge()
    {
        var pending = Shop with { Pending = Guid.NewGuid(), PendingTo = 4, PendingSince = Now.AddSeconds(-6) };
        var answered = Situation.Reconcile(pending, 4, Now);
        Assert.Equal((4, null), (answered.Wanted, answered.Pending));
        Assert.Equal(pending, Situation.Reconcile(pending, 2, Now));
    }

    [Fact]
    public void Reconcile_DuringARollout_TheGaugeCountsBothRevisionsAndIsIgnored() =>
        Assert.Equal(2, Situation.Reconcile(Shop with { Rollout = Guid.NewGuid() }, 4, Now).Wanted);

    [Fact]
    public void HeldBecause_NothingInTheWay_IsNull() => Assert.Null(Held(Shop, Now));

    [Fact]
    public void HeldBecause_EachReason_SaysItself()
    {
        Assert.Contains("rollout of v2", Held(Shop with { Revision = null, Rollout = Guid.NewGuid(), RolloutRevision = "v2" }, Now));
        Assert.Contains("ann scaled it by hand", Held(Shop with { HoldUntil = Now.AddMinutes(1), HoldBy = "ann" }, Now));
        Assert.Contains("not confirmed yet", Held(Shop with { Pending = Guid.NewGuid(), PendingTo = 3, PendingSince = Now.AddSeconds(-1) }, Now));
        Assert.Contains("for 20 s", Held(Shop, Now.AddSeconds(-20)));
        Assert.Contains("since the autoscaler started", Held(Shop, null));
    }

    [Fact]
    public void Observe_ReplicasOfOtherRevisionsLeave_AndMissingOnesAreStarting()
    {
        var observed = Situation.Observe(Shop with { Wanted = 3 },
            [new KnownReplica { Id = "a", Revision = "v1", Ready = true }, new KnownReplica { Id = "b", Revision = "v0", Ready = true }], Now);
        Assert.Equal([false, true, false, false], observed.Select(replica => replica.Leaving));
        Assert.Equal(2, observed.Count(replica => replica.ReadyChangedAt is null));
    }

    [Fact]
    public void Decide_DuringARollout_TheLoadOfBothRevisionsCountsAndItGrows()
    {
        // 4 of v1 carry half of the load at 70 %, 2 of v2 the other half at 140 %: 5.6 cores ÷ 0.7 = 8.
        var decision = Decide(OnTrial, ("a", 0.7), ("b", 0.7), ("c", 0.7), ("d", 0.7), ("x", 1.4), ("y", 1.4));
        Assert.Equal((ScalingOutcome.Scale, 8), (decision.Outcome, decision.Desired));
    }

    [Fact]
    public void Decide_DuringARollout_ServingReplicasThatBecomeIdleAreKept()
    {
        var decision = Decide(OnTrial, ("a", 0.01), ("b", 0.01), ("c", 0.01), ("d", 0.01), ("x", 0.2), ("y", 0.2));
        Assert.Equal((ScalingOutcome.Keep, 4, 4), (decision.Outcome, decision.Desired, decision.Recommended));
        Assert.Contains("While the rollout of v2 is under way it only grows", decision.Reason);
    }

    [Fact]
    public void Decide_DuringARollout_WhatFreshReplicasBurnWhileTheyStartIsNoDemand()
    {
        var decision = Decide(OnTrial, fresh: Now.AddSeconds(-1), ("a", 0.7), ("b", 0.7), ("c", 0.7), ("d", 0.7), ("x", 4), ("y", 4));
        Assert.Equal((ScalingOutcome.Keep, 4), (decision.Outcome, decision.Desired));
    }

    [Fact]
    public void Decide_DuringARollout_MemoryOfTheRevisionOnTrialIsNotAdded()
    {
        var memory = new ScalingSettings { Max = 10, Metrics = [new MetricTarget { Name = MetricNames.Memory, Target = 0.7 }] };
        var decision = Decide(OnTrial, memory, Now.AddMinutes(-9), ("a", 0.7), ("b", 0.7), ("c", 0.7), ("d", 0.7), ("x", 0.9), ("y", 0.9));
        Assert.Equal(4, decision.Desired);
    }

    [Fact]
    public void SettingsInForce_DuringARollout_AreThoseOfWhatServes()
    {
        var shop = OnTrial with { Settings = """{"max":9}""", SettingsBefore = """{"max":3}""" };
        Assert.Equal(3, shop.SettingsInForce().Max);
        Assert.Equal(9, (shop with { Rollout = null }).SettingsInForce().Max);
    }

    [Theory]
    [InlineData(true, "While experiment x runs it only grows", "ExperimentUnderWay")]
    [InlineData(false, "While alert x lasts it only grows", "AlertUnderWay")]
    public void Decide_WhileItIsDisturbed_ItOnlyGrows(bool onPurpose, string words, string limit)
    {
        var disturbed = Situation.DisturbedBy([Mask(onPurpose ? MaskKind.Experiment : MaskKind.Alert)], Now);
        var idle = Decide(Settled4, disturbed, ("a", 0.01), ("b", 0.01), ("c", 0.01), ("d", 0.01));
        Assert.Equal((ScalingOutcome.Keep, 4), (idle.Outcome, idle.Desired));
        Assert.Contains(words, idle.Reason);
        Assert.Contains(limit, idle.LimitedBy);

        var busy = Decide(Settled4, disturbed, ("a", 1.4), ("b", 1.4), ("c", 1.4), ("d", 1.4));
        Assert.Equal((ScalingOutcome.Scale, 8), (busy.Outcome, busy.Desired));
    }

    [Fact]
    public void Decide_WhileAnExperimentRuns_EveryDecisionSaysSo()
    {
        var disturbed = Situation.DisturbedBy([Mask(MaskKind.Alert), Mask(MaskKind.Experiment) with { InducesLoad = true }], Now);
        var busy = Decide(Settled4, disturbed, ("a", 1.4), ("b", 1.4), ("c", 1.4), ("d", 1.4));
        Assert.EndsWith("Nothing is learned from it: experiment x, which makes requests of its own, runs.", busy.Reason);
    }

    [Fact]
    public void Decide_TheMaximumIsLoweredDuringAnAlert_ItHolds()
    {
        var lowered = Decide(Settled4, Settings with { Max = 3 }, Now, Situation.DisturbedBy([Mask(MaskKind.Alert)], Now), ("a", 0.7), ("b", 0.7), ("c", 0.7), ("d", 0.7));
        Assert.Equal(3, lowered.Desired);
    }

    [Fact]
    public void DisturbedBy_WhatIsOverOrYetToCome_IsNothing() =>
        Assert.Null(Situation.DisturbedBy([Mask(MaskKind.Experiment) with { Ends = Now }, Mask(MaskKind.Alert) with { Begins = Now.AddMinutes(1) }], Now));

    private static Mask Mask(MaskKind kind) => new()
    {
        Id = $"{kind}", Application = "shop", Cause = $"{kind} x".ToLowerInvariant(), Kind = kind, Scope = MaskScope.Everything, Begins = Now.AddMinutes(-1),
    };

    private static ScaledApplication Settled4 { get; } = Shop with { Wanted = 4 };

    private static ScalingDecision Decide(ScaledApplication application, Disturbance? disturbance, params (string Id, double Cpu)[] replicas) =>
        Decide(application, Settings with { Max = 10, Behavior = new ScalingBehavior { ScaleDown = new ScalingRules { Policies = [ScalingPolicy.OfPercent(100, TimeSpan.FromSeconds(15))] } } }, Now, disturbance, replicas);

    private static ScaledApplication OnTrial { get; } = Shop with { Wanted = 4, Rollout = Guid.NewGuid(), RolloutRevision = "v2" };

    private static ScalingDecision Decide(ScaledApplication application, params (string Id, double Cpu)[] replicas) => Decide(application, Now.AddMinutes(-9), replicas);

    private static ScalingDecision Decide(ScaledApplication application, DateTimeOffset fresh, params (string Id, double Cpu)[] replicas) =>
        Decide(application, Settings with { Max = 10 }, fresh, replicas);

    private static ScalingDecision Decide(ScaledApplication application, ScalingSettings settings, DateTimeOffset fresh, params (string Id, double Value)[] replicas) =>
        Decide(application, settings, fresh, disturbance: null, replicas);

    /// <param name="application">The application.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="fresh">When the replicas of v2, x and y, were started and became ready.</param>
    /// <param name="disturbance">What it is disturbed by.</param>
    /// <param name="replicas">Those of v1 and of v2, and what each uses.</param>
    private static ScalingDecision Decide(ScaledApplication application, ScalingSettings settings, DateTimeOffset fresh, Disturbance? disturbance, params (string Id, double Value)[] replicas)
    {
        var known = replicas.Select(r => r.Id is "x" or "y"
            ? new KnownReplica { Id = r.Id, Revision = "v2", Ready = true, StartedAt = fresh, ChangedAt = fresh }
            : new KnownReplica { Id = r.Id, Revision = "v1", Ready = true, StartedAt = Now.AddHours(-1), ChangedAt = Now.AddHours(-1) }).ToList();
        var input = new ScalingInput
        {
            Now = Now,
            Current = application.Wanted,
            Settings = settings,
            Replicas = Situation.Observe(application, known, Now),
            Metrics =
            [
                new MetricReading
                {
                    Name = settings.Metrics[0].Name,
                    Target = settings.Metrics[0].Target,
                    Kind = MetricKind.Resource,
                    Samples = replicas.ToDictionary(r => r.Id, r => new ReplicaSample(r.Value, Now, TimeSpan.FromSeconds(15))),
                },
            ],
            History = ScalingHistory.Empty,
            Disturbance = disturbance,
        };
        return Situation.Decide(application, input, Now, new AutoscalerOptions());
    }

    private static string? Held(ScaledApplication application, DateTimeOffset? heard) =>
        Situation.HeldBecause(application, Settings, heard, Now, new AutoscalerOptions());
}
