using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.RightSizing;
using Platform.Hosting.Json;

namespace Platform.Autoscaler.Tests.RightSizing;

public sealed class DecayingHistogramTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public void Percentile_SameTime_IsTheOrderStatisticOrUpTo5PercentMore() => Prop.ForAll(
        Gen.Choose(1, 900_000).NonEmptyListOf().ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (thousandths, percent) =>
        {
            var histogram = Of(thousandths.Select(v => v / 1000.0));
            var sorted = thousandths.Order().ToList();
            var exact = sorted[Math.Max((int)Math.Ceiling(percent / 100.0 * sorted.Count) - 1, 0)] / 1000.0;
            var found = histogram.Percentile(percent / 100.0);
            return found >= exact * (1 - 1e-9) && found <= exact * 1.05 * (1 + 1e-9);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Save_AndRestore_AnswerTheSame() => Prop.ForAll(
        Gen.Choose(0, 900_000).NonEmptyListOf().ToArbitrary(), thousandths =>
        {
            var histogram = Of(thousandths.Select(v => v / 1000.0));
            var json = JsonSerializer.Serialize(histogram.Save(), PlatformJson.Options);
            var other = Of([]);
            other.Restore(JsonSerializer.Deserialize<HistogramState>(json, PlatformJson.Options)!);
            return ((double[])[0.1, 0.5, 0.9, 1]).All(share => other.Percentile(share) == histogram.Percentile(share));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Add_ADayLater_WeighsTwiceWhatWasThere()
    {
        var histogram = Of([]);
        for (var i = 0; i < 2; i++) histogram.Add(1, 1, Start);
        histogram.Add(100, 1, Start + Day);
        Assert.InRange(histogram.Percentile(0.49), 1, 1.05);
        Assert.InRange(histogram.Percentile(0.51), 100, 105);
    }

    [Fact]
    public void Add_YearsLater_OnlyTheNewCounts()
    {
        var histogram = Of([1, 1, 1]);
        histogram.Add(100, 1, Start + (Day * 3650));
        Assert.InRange(histogram.Percentile(0.001), 100, 105);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    public void Add_NoUse_ChangesNothing(double value)
    {
        var histogram = Of([value]);
        Assert.True(histogram.IsEmpty);
        Assert.Equal(0, histogram.Percentile(0.9));
    }

    [Fact]
    public void Add_BeyondTheLargestBucket_StaysInIt()
    {
        var histogram = Of([1e12]);
        Assert.True(histogram.Percentile(1) is > 900 and < 1100);
    }

    private static DecayingHistogram Of(IEnumerable<double> values)
    {
        var histogram = new DecayingHistogram(0.001, Day, Start);
        foreach (var value in values) histogram.Add(value, 1, Start);
        return histogram;
    }
}
