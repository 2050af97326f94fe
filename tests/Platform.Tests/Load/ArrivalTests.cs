using FsCheck;
using FsCheck.Fluent;
using Platform.CommandLine.Load;

namespace Platform.CommandLine.Tests.Load;

public sealed class ArrivalTests
{
    [Fact]
    public void LaunchDay_HasTheIssuesFigures()
    {
        Assert.Equal(96, DayTrace.LaunchDay.RequestsPerMinute.Count);
        Assert.Equal(TimeSpan.FromDays(1), DayTrace.LaunchDay.Length);
        Assert.Equal(281, DayTrace.LaunchDay.Peak);
        Assert.Equal(281, DayTrace.LaunchDay.RequestsPerMinute[36]);
        Assert.Equal(0, DayTrace.LaunchDay.RequestsPerMinute[79]);
    }

    [Fact]
    public void Compress_KeepsTheShapeAndReachesThePeak()
    {
        var profile = RateProfile.Compress(DayTrace.LaunchDay, TimeSpan.FromSeconds(96), 562);
        Assert.Equal(TimeSpan.FromSeconds(1), profile.Slot);
        Assert.Equal(562, profile.Peak, 6);
        Assert.Equal(110, profile.At(TimeSpan.FromSeconds(0.5)), 6);
        Assert.Equal(0, profile.At(TimeSpan.FromSeconds(79.5)), 6);
        Assert.Equal(0, profile.At(TimeSpan.FromSeconds(96)));
    }

    [Fact]
    public void Arrivals_AreAscendingRepeatableAndInsideTheRun() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var profile = RateProfile.Compress(DayTrace.LaunchDay, TimeSpan.FromSeconds(9.6), 100);
            var times = PoissonArrivals.Over(profile, seed).ToList();
            return times.SequenceEqual(times.Order()) && times.All(t => t >= TimeSpan.Zero && t <= profile.Duration)
                && times.SequenceEqual(PoissonArrivals.Over(profile, seed));
        }).QuickCheckThrowOnFailure();

    /// <summary>A Poisson count of mean m lies within 5 √m with a probability beyond doubt; the seeds are fixed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1995)]
    public void Arrivals_FollowTheRateOfEachSlot(int seed)
    {
        var profile = RateProfile.Compress(DayTrace.LaunchDay, TimeSpan.FromSeconds(960), 100);
        var perSlot = PoissonArrivals.Over(profile, seed).GroupBy(t => (int)(t / profile.Slot)).ToDictionary(g => g.Key, g => g.Count());
        for (var slot = 0; slot < 96; slot++)
        {
            var expected = profile.Rates[slot] * profile.Slot.TotalSeconds;
            Assert.InRange(perSlot.GetValueOrDefault(slot), expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected));
        }
    }

    [Fact]
    public void Arrivals_GapsAreExponential()
    {
        var times = PoissonArrivals.Over(RateProfile.Constant(100, TimeSpan.FromSeconds(200)), seed: 7).Select(t => t.TotalSeconds).ToList();
        var gaps = times.Zip(times.Skip(1), (a, b) => b - a).ToList();
        var mean = gaps.Average();
        var deviation = Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));
        Assert.InRange(deviation / mean, 0.95, 1.05);
    }
}
