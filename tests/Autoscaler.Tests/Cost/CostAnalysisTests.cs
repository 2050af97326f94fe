using Platform.Autoscaler.Cost;
using Platform.Autoscaler.RightSizing;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class CostAnalysisTests
{
    private const double PerReplicaHour = 0.045; // a core at 0.04 and a GiB at 0.005

    [Fact]
    public void Of_FourDays_PricesThePastTheMonthAndTheWaste()
    {
        var report = CostAnalysis.Of(Input(Days.Hours(96, _ => 1, h => h % 24 < 12 ? 2 : 4)));
        Assert.Equal(PerReplicaHour, report.PerReplicaHour, 9);
        Assert.Equal(96 * 3 * PerReplicaHour, report.Past.Spent, 9);
        Assert.Equal(24 * 3 * PerReplicaHour, report.Past.SpentLastDay, 9);
        Assert.Equal(720 * 3 * PerReplicaHour, report.Month!.Cost, 9);
        Assert.Contains("each hour of the day as in the last 4 days", report.Month.Basis);
        Assert.Equal(2.0 / 3, report.Waste!.Share, 9);
        Assert.Equal(720 * 2 * PerReplicaHour, report.Waste.CostPerMonth, 9);
        Assert.Equal(4 * PerReplicaHour, report.Now.PerHour, 9);
    }

    [Fact]
    public void Of_HalfADayOfOnlyBusyHours_SaysThatItKnowsNoQuietOnes()
    {
        var report = CostAnalysis.Of(Input(Days.Hours(6, _ => 1, _ => 4)));
        Assert.Contains("the average of 6 measured hours", report.Month!.Basis);
        Assert.Contains(report.NotKnown, sentence => sentence.Contains("takes 3 days", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_Nothing_HasZeroesAndNoForecast()
    {
        var report = CostAnalysis.Of(Input([]));
        Assert.Null(report.Month);
        Assert.Null(report.Waste);
        Assert.Null(report.Comparison);
        Assert.Equal(0, report.Past.Spent);
    }

    [Fact]
    public void Of_NothingReserved_SaysWhatWasAssumed()
    {
        var report = CostAnalysis.Of(Input(Days.Hours(3, _ => 1, _ => 1)) with { Settings = Days.Settings() with { CpuCores = null, MemoryBytes = null } });
        Assert.Contains("(assumed)", report.Size);
        Assert.Contains(report.NotKnown, sentence => sentence.Contains("no cores and memory", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_SmallerSize_SavesItsShareOfTheMonth()
    {
        var usage = new UsageProfile(Days.Start);
        for (var i = 0; i < 4 * 2880; i++) usage.Add(new UsageSample(Days.Start + (UsageProfile.SampleLength * i), [0.2], [400e6], false, false));
        var input = Input(Days.Hours(96, _ => 2, _ => 2));
        var report = CostAnalysis.Of(input with { Size = SizeRecommender.Recommend(usage, new ReplicaSize(1, 1L << 30), Days.Start + TimeSpan.FromDays(4), TimeSpan.FromHours(24)) });
        var size = report.Savings.Single(saving => saving.Kind == "size");
        Assert.InRange(size.PerMonth, 720 * 2 * 0.04 * 0.7, 720 * 2 * PerReplicaHour);
        Assert.Matches(@"resources: \{ cpu: 0\.2\d+, memory: 4\d\dMi \}", size.What);
    }

    private static CostInput Input(IReadOnlyList<HourFigures> hours) => new()
    {
        Application = "shop",
        Now = Days.Start + TimeSpan.FromHours(hours.Count),
        Hours = hours,
        Settings = Days.Settings(),
        Capacity = CapacityBasis.Of(Days.Settings()),
        Size = SizeRecommender.Recommend(new UsageProfile(Days.Start), new ReplicaSize(1, null), Days.Start, TimeSpan.FromHours(24)),
        Prices = new Prices(),
        Running = 4,
    };
}
