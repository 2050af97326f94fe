using Platform.Autoscaler.History;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Tests.History;

public sealed class MaskTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void UnderWay_WithoutAWordOfItsEnd_UntilItsPlannedEndAndTheSlack()
    {
        var mask = Experiment(latest: Mask.LatestOf(Begin, TimeSpan.FromMinutes(10)));
        Assert.False(mask.IsUnderWay(Begin.AddSeconds(-1)));
        Assert.True(mask.IsUnderWay(Begin.AddMinutes(14)));
        Assert.False(mask.IsUnderWay(Begin.AddMinutes(15)));
        Assert.Equal(Begin.AddMinutes(15), mask.EndAt(Begin.AddDays(1)));
    }

    [Fact]
    public void ItsEndTold_Counts_AlsoAfterThePlannedOne()
    {
        var early = Experiment(Begin.AddMinutes(10), Begin.AddMinutes(2));
        Assert.Equal((Begin.AddMinutes(2), false), (early.EndAt(Begin.AddMinutes(3)), early.IsUnderWay(Begin.AddMinutes(3))));
        Assert.Equal(Begin.AddMinutes(30), Experiment(Begin.AddMinutes(10), Begin.AddMinutes(30)).EndAt(Begin.AddDays(1)));
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(0, 5)]
    [InlineData(30, 35)]
    [InlineData(1e9, 1445)]
    public void LatestOf_AnyPlan_IsBounded(double plannedMinutes, double minutes)
    {
        var mask = Experiment(Mask.LatestOf(Begin, TimeSpan.FromMinutes(plannedMinutes)));
        Assert.Equal(TimeSpan.FromMinutes(Math.Min(minutes, 1440)), mask.EndAt(Begin.AddDays(9)) - Begin);
    }

    [Fact]
    public void Experiment_HidesTheDemandToo_ARolloutDoesNot()
    {
        Assert.True(Experiment(Begin).Hides(MetricNames.Requests));
        Assert.False((Experiment(Begin) with { Kind = MaskKind.Rollout, Scope = MaskScope.Resources }).Hides(MetricNames.Requests));
    }

    private static Mask Experiment(DateTimeOffset latest, DateTimeOffset? ends = null) => new()
    {
        Id = "x", Application = "shop", Cause = "experiment kill-one", Kind = MaskKind.Experiment, Scope = MaskScope.Everything, Begins = Begin, Latest = latest, Ends = ends,
    };
}
