using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Decisions;
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
        Assert.Contains("rollout of v2", Held(Shop with { Rollout = Guid.NewGuid(), RolloutRevision = "v2" }, Now));
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

    private static string? Held(ScaledApplication application, DateTimeOffset? heard) =>
        Situation.HeldBecause(application, Settings, heard, Now, new AutoscalerOptions());
}
