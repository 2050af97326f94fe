using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.RightSizing;

namespace Platform.Autoscaler.Tests.RightSizing;

public sealed class SizeRecommenderTests
{
    private const double Mebibyte = 1024 * 1024;
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Least = TimeSpan.FromHours(24);

    [Fact]
    public void LessThanADay_GivesNoNumber()
    {
        var found = Recommend(Days(0.5, _ => 0.2), new ReplicaSize(1, 512 * Mebibyte), 0.5);
        Assert.Equal((SizeVerdict.NotEnoughData, null), (found.Cpu.Verdict, found.Cpu.Recommended));
        Assert.Equal((SizeVerdict.NotEnoughData, null), (found.Memory.Verdict, found.Memory.Recommended));
        Assert.Contains("Not enough data: 12 hours were measured, 24 are needed", found.Cpu.Reason);
        Assert.False(found.Changes);
    }

    [Fact]
    public void ManySamplesOfOneHour_AreStillNotEnough()
    {
        var usage = new UsageProfile(Start);
        for (var i = 0; i < 10_000; i++) usage.Add(Sample(Start + TimeSpan.FromMilliseconds(360 * i), 0.2, 100));
        Assert.Equal(SizeVerdict.NotEnoughData, SizeRecommender.Recommend(usage, new ReplicaSize(1, null), Start + TimeSpan.FromHours(1), Least).Cpu.Verdict);
    }

    [Fact]
    public void NotScaledByCpu_IsTheUsageOf90PercentOfTheTimePlus15()
    {
        // One in twelve samples uses 0.4, the others 0.2; the p95 is 0.4.
        var found = Recommend(Days(8, i => i % 12 == 11 ? 0.4 : 0.2, 200), new ReplicaSize(1, 1024 * Mebibyte), 8);
        Assert.Equal(SizeVerdict.Shrink, found.Cpu.Verdict);
        Assert.InRange(found.Cpu.Recommended!.Value, 0.2 * 1.15, 0.2 * 1.15 * 1.05);
        Assert.InRange(found.Cpu.Upper!.Value, 0.4 * 1.15, 0.4 * 1.15 * 1.05 * 1.2);
        Assert.InRange(found.Memory.Recommended!.Value, 200 * 1.15 * Mebibyte, 200 * 1.15 * 1.05 * Mebibyte);
        Assert.Equal(1, found.Confidence);
    }

    [Fact]
    public void HardlyAnyUse_TheFloorSaysThatItIsOne()
    {
        var found = Recommend(Days(3, _ => 0.002, 5), new ReplicaSize(0.5, 256 * Mebibyte), 3);
        Assert.Equal((SizeRecommender.LeastCores, true), (found.Cpu.Recommended, found.Cpu.IsFloor));
        Assert.Equal((SizeRecommender.LeastBytes, true), (found.Memory.Recommended, found.Memory.IsFloor));
        Assert.Contains("not a measurement", found.Cpu.Reason);
    }

    [Fact]
    public void NothingReserved_SaysWhatToReserve() =>
        Assert.Equal(SizeVerdict.Set, Recommend(Days(2, _ => 0.2), new ReplicaSize(null, null), 2).Cpu.Verdict);

    [Fact]
    public void OutOfMemory_CountsAsAFifthAndAtLeast100MebibytesMore()
    {
        var small = new UsageProfile(Start);
        small.AddOutOfMemory(Start, 64 * Mebibyte);
        Assert.Equal(164 * Mebibyte, small.MemoryPeak);
        var large = new UsageProfile(Start);
        large.AddOutOfMemory(Start, 1000 * Mebibyte);
        Assert.Equal(1200 * Mebibyte, large.MemoryPeak);
        large.AddOutOfMemory(Start, 1000 * Mebibyte);
        Assert.Equal(1200 * Mebibyte, large.MemoryPeak); // told twice
    }

    [Fact]
    public void MemoryPeakOfADay_CountsOnceHoweverOftenItGrows()
    {
        var usage = new UsageProfile(Start);
        for (var i = 1; i <= 200; i++) usage.Add(Sample(Start + TimeSpan.FromMinutes(i), 0.1, i));
        Assert.InRange(usage.Memory(0.01), 200 * Mebibyte, 210 * Mebibyte);
    }

    [Fact]
    public void ScaledByCpu_BusyBetweenItsLimits_IsLeftAlone()
    {
        var usage = new UsageProfile(Start);
        for (var i = 0; i < 2 * 2880; i++) usage.Add(Sample(At(i), 0.3, 100) with { AtFewest = i % 2 == 0 });
        var found = SizeRecommender.Recommend(usage, new ReplicaSize(1, null, CpuTarget: 0.7), At(2 * 2880), Least);
        Assert.Equal((SizeVerdict.Keep, null), (found.Cpu.Verdict, found.Cpu.Recommended));
        Assert.Contains("a smaller size would only be answered by more replicas", found.Cpu.Reason);
    }

    /// <summary>Sizes and counts decided in turns, over and over: they settle, and never below what the demand asks for.</summary>
    [Fact]
    public void ScaledByCpu_AppliedAgainAndAgain_ShrinksAndGrowsAtMostOnceAndStandsStill() => Prop.ForAll(
        (from seed in Gen.Choose(1, 100_000)
         from size in Gen.Choose(1, 40)
         from target in Gen.Choose(3, 9)
         from min in Gen.Choose(1, 4)
         from busy in Gen.Choose(1, 30)
         select (seed, size / 10.0, target / 10.0, min, busy / 10.0)).ToArbitrary(), play =>
        {
            var (seed, size, target, min, busy) = play;
            List<double> sizes = [size];
            for (var round = 0; round < 6; round++)
            {
                var usage = Live(seed, sizes[^1], target, min, max: 20, busy);
                var advice = SizeRecommender.Recommend(usage, new ReplicaSize(sizes[^1], null, target), At(2 * 2880), Least).Cpu;
                sizes.Add(advice.Recommended ?? sizes[^1]);
            }

            var changes = sizes.Zip(sizes.Skip(1), (before, after) => after / before).Where(ratio => ratio != 1).ToList();
            return changes.Count(ratio => ratio < 1) <= 1 && changes.Count(ratio => ratio > 1) <= 1 && sizes[^1] == sizes[^2] && sizes[^2] == sizes[^3];
        }).QuickCheckThrowOnFailure();

    /// <summary>Two days of a daily demand under a horizontal scaler: what each replica then uses.</summary>
    private static UsageProfile Live(int seed, double size, double target, int min, int max, double busy)
    {
        var random = new Random(seed);
        var usage = new UsageProfile(Start);
        for (var i = 0; i < 2 * 2880; i++)
        {
            var demand = busy * (1 + Math.Sin(2 * Math.PI * i / 2880)) * (0.9 + (0.2 * random.NextDouble()));
            var replicas = Math.Clamp((int)Math.Ceiling(demand / (target * size)), min, max);
            usage.Add(new UsageSample(At(i), [demand / replicas], [], replicas <= min, replicas >= max));
        }

        return usage;
    }

    private static UsageProfile Days(double days, Func<int, double> cores, double mebibytes = 100)
    {
        var usage = new UsageProfile(Start);
        for (var i = 0; i < days * 2880; i++) usage.Add(Sample(At(i), cores(i), mebibytes));
        return usage;
    }

    private static SizeRecommendation Recommend(UsageProfile usage, ReplicaSize size, double days) => SizeRecommender.Recommend(usage, size, Start + TimeSpan.FromDays(days), Least);

    private static UsageSample Sample(DateTimeOffset at, double cores, double mebibytes) => new(at, [cores], [mebibytes * Mebibyte], true, false);

    private static DateTimeOffset At(int sample) => Start + (UsageProfile.SampleLength * sample);
}
