using Platform.Autoscaler.Scaling;
using static Platform.Autoscaler.Tests.Scaling.Inputs;

namespace Platform.Autoscaler.Tests.Scaling;

/// <summary>Cases worked out by hand from the formula of the Kubernetes documentation and its replica calculator.</summary>
public sealed class MetricEstimatorTests
{
    [Theory]
    [InlineData(2, 0.5, new[] { 1.0, 1.0 }, 4)] // ratio 2: the documentation's "200m where 100m is desired doubles"
    [InlineData(4, 0.5, new[] { 0.25, 0.25, 0.25, 0.25 }, 2)] // ratio 0.5 halves
    [InlineData(3, 0.7, new[] { 0.7, 0.7, 0.7 }, 3)]
    [InlineData(3, 0.7, new[] { 0.77, 0.77, 0.77 }, 3)] // ratio exactly 1.1 is still within the tolerance
    [InlineData(3, 0.7, new[] { 0.78, 0.78, 0.78 }, 4)] // 1.114 × 3 = 3.34
    [InlineData(10, 0.5, new[] { 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45 }, 10)] // exactly 0.9
    [InlineData(5, 0.5, new[] { 0.7, 0.7, 0.7, 0.7, 0.7 }, 7)] // 1.4 × 5 is 7, not 8 by rounding noise
    [InlineData(3, 0.5, new[] { 0.0, 0.0, 0.0 }, 0)] // idle: nothing is asked for, the minimum clamps later
    public void Estimate_EveryReplicaMeasured_IsReplicasTimesRatioRoundedUp(int current, double target, double[] shares, int expected) =>
        Assert.Equal(expected, Estimate(Cpu(current, target, shares)).Replicas);

    [Fact]
    public void Estimate_MissingBeforeShrinking_CountsAsFullyUsed()
    {
        // 4 replicas, 3 at 20 %, one silent. Measured ratio 0.4. With the silent one at 100 %: 1.6 / 4 / 0.5 = 0.8; 0.8 × 4 = 3.2.
        var estimate = Estimate(Cpu(4, 0.5, 0.2, 0.2, 0.2, double.NaN));
        Assert.Equal(4, estimate.Replicas);
        Assert.Equal(0.8, estimate.Ratio!.Value, 9);
        Assert.Equal(1, estimate.Missing);
    }

    [Fact]
    public void Estimate_MissingBeforeShrinking_MayTurnTheDirectionAndThenKeeps()
    {
        // 3 × 40 % and a silent one: ratio 0.8, with 100 % for the silent one 2.2 / 4 / 0.5 = 1.1: turned, so kept.
        Assert.Equal(4, Estimate(Cpu(4, 0.5, 0.4, 0.4, 0.4, double.NaN)).Replicas);
    }

    [Fact]
    public void Estimate_MissingBeforeGrowing_CountsAsIdle()
    {
        // 3 × 100 % and a silent one: ratio 2; with 0 for the silent one 3 / 4 / 0.5 = 1.5; 1.5 × 4 = 6 instead of 8.
        Assert.Equal(6, Estimate(Cpu(4, 0.5, 1, 1, 1, double.NaN)).Replicas);
    }

    [Fact]
    public void Estimate_MissingPlainMetric_CountsAsTheTargetBeforeShrinking()
    {
        // Target 10, three at 2, one silent at 10: 16 / 4 / 10 = 0.4; 0.4 × 4 = 1.6 → 2.
        var input = Of(4, [Reading("queue", MetricKind.PerReplica, 10, 2, 2, 2, double.NaN)], 4);
        Assert.Equal(2, Estimate(input).Replicas);
    }

    [Fact]
    public void Estimate_NotReadyBeforeGrowing_CountsAsIdle()
    {
        // One at 260 % of 100 % asked, target 100 %, two still starting: 2.6 / 3 = 0.87 turns the direction, so 3 stay.
        var input = Cpu(3, 1.0, 2.6) with { Replicas = [Old(0), Starting(1), Starting(2)] };
        var estimate = Estimate(input);
        Assert.Equal(3, estimate.Replicas);
        Assert.Equal(2, estimate.NotReady);
    }

    [Fact]
    public void Estimate_NotReadyBeforeShrinking_IsLeftOut()
    {
        // Two at 20 %, target 50 %, one starting: 0.4 × 2 = 0.8 → 1.
        Assert.Equal(1, Estimate(Cpu(3, 0.5, 0.2, 0.2) with { Replicas = [Old(0), Old(1), Starting(2)] }).Replicas);
    }

    [Fact]
    public void Estimate_CpuOfAReplicaInItsFirstWindow_IsNotCounted()
    {
        // Ready for 10 s with a 15 s window: what it measures is its start-up.
        var young = new ReplicaObservation("r1", Now - TimeSpan.FromSeconds(30), Ready: true, Now - TimeSpan.FromSeconds(10));
        var estimate = Estimate(Cpu(2, 0.5, 0.5, 4.0) with { Replicas = [Old(0), young] });
        Assert.Equal(2, estimate.Replicas);
        Assert.Equal(1, estimate.NotReady);
    }

    [Fact]
    public void Estimate_CpuOfAReplicaAfterItsFirstWindow_IsCounted()
    {
        var young = new ReplicaObservation("r1", Now - TimeSpan.FromSeconds(60), Ready: true, Now - TimeSpan.FromSeconds(20));
        Assert.Equal(4, Estimate(Cpu(2, 0.5, 1, 1) with { Replicas = [Old(0), young] }).Replicas);
    }

    [Fact]
    public void Estimate_ReplicaThatWasReadyAndIsUnhealthyNow_StillCountsAfterInitialisation()
    {
        // Overloaded until its health check fails: its load is real.
        var failing = new ReplicaObservation("r1", Now - TimeSpan.FromHours(1), Ready: false, Now - TimeSpan.FromSeconds(5));
        Assert.Equal(4, Estimate(Cpu(2, 0.5, 1, 1) with { Replicas = [Old(0), failing] }).Replicas);
    }

    [Fact]
    public void Estimate_ReplicaThatLeaves_CountsForNothing() =>
        Assert.Equal(2, Estimate(Cpu(2, 0.5, 0.5, 0.5, 5) with { Replicas = [Old(0), Old(1), Old(2) with { Leaving = true }] }).Replicas);

    [Theory]
    [InlineData(120, 50, 2, 3)] // 120 / 50 = 2.4
    [InlineData(100, 50, 2, 2)] // exactly on target
    [InlineData(109, 50, 2, 2)] // 9 % above: within the tolerance
    [InlineData(0, 50, 3, 0)]
    public void Estimate_TotalValue_IsDividedByTheTarget(double total, double target, int current, int expected) =>
        Assert.Equal(expected, Estimate(Of(current, [Total(total, target)], current)).Replicas);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    public void Estimate_UnusableValue_IsUnknownAndSaysSo(double value)
    {
        var estimate = Estimate(Of(2, [Total(value, 50)], 2));
        Assert.Null(estimate.Replicas);
        Assert.Contains("not usable", estimate.Note);
    }

    [Fact]
    public void Estimate_NoReplicaReports_IsUnknown() => Assert.Null(Estimate(Cpu(2, 0.5, double.NaN, double.NaN)).Replicas);

    private static MetricEstimate Estimate(ScalingInput input) => MetricEstimator.Estimate(input, input.Metrics[0]);
}
