using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Cost;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class ShadowComparisonTests
{
    [Fact]
    public void AtLevel_BetweenTwoShadows_LiesOnTheLine()
    {
        var (hours, isBracketed) = ShadowComparison.AtLevel([new(0.8, 20, 10, 0.01), new(1, 10, 30, 0.03)], 0.02);
        Assert.Equal((15.0, true), (hours, isBracketed));
    }

    [Fact]
    public void AtLevel_BetterThanEveryShadow_TakesTheMostGenerousAndSaysSo()
    {
        var found = ShadowComparison.AtLevel([new(0.8, 20, 10, 0.01), new(1, 10, 30, 0.03)], 0.001);
        Assert.Equal((20.0, false), found);
    }

    [Fact]
    public void AtLevel_Anything_StaysBetweenTheCheapestAndTheDearest() => Prop.ForAll(
        Gen.Choose(0, 1000).ArrayOf(10).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (numbers, share) =>
        {
            var shadows = Enumerable.Range(0, 5).Select(i => new ShadowResult(i, numbers[i], 0, numbers[i + 5] / 1000.0)).ToList();
            var (hours, _) = ShadowComparison.AtLevel(shadows, share / 1000.0);
            return hours >= numbers.Take(5).Min() - 1e-9 && hours <= numbers.Take(5).Max() + 1e-9;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_TwoHours_AddsUpAndPricesTheDifference()
    {
        HourFigures Hour(int h) => new()
        {
            Hour = Days.Start + TimeSpan.FromHours(h),
            Compared = new Compared(3600, 2 * 3600, 1000, 20),
            Shadows = [new ShadowFigures(0.8, 4 * 3600, 10), new ShadowFigures(1, 3 * 3600, 20), new ShadowFigures(1.2, 2 * 3600, 90)],
        };
        var found = ShadowComparison.Of([Hour(0), Hour(1)], 0.5, CapacityBasis.Of(Days.Settings()))!;
        Assert.Equal((4.0, 6.0, 6.0), (found.ReplicaHours, found.Hpa.ReplicaHours, found.HpaReplicaHoursAtSameLevel));
        Assert.Equal(1, found.Saved, 9);
        Assert.Equal(0.02, found.ShareOverCapacity, 9);
        Assert.Equal("4 replica-hours with 40 requests over capacity, the HPA's shadow 6 with 40; at our level an HPA takes 6.", found.Sentence);
    }

    [Fact]
    public void Of_NothingCompared_IsNull() => Assert.Null(ShadowComparison.Of(Days.Hours(3, _ => 1, _ => 1), 1, CapacityBasis.Unknown));
}
