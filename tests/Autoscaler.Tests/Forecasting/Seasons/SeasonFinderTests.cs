using Platform.Autoscaler.Forecasting.Seasons;

namespace Platform.Autoscaler.Tests.Forecasting.Seasons;

public sealed class SeasonFinderTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Find_FourWeeksOfHours_DayAndWeek() => Assert.Equal(new SeasonPair(24, 168), SeasonFinder.Find(Signals.Traffic(24 * 28), Signals.Hour));

    [Fact]
    public void Find_TenDaysOfHours_DayAlone() => Assert.Equal(new SeasonPair(24, 0), SeasonFinder.Find(Signals.Traffic(24 * 10), Signals.Hour));

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    [InlineData(36, true)]
    public void Find_AFirstDayThatCannotShowAnything_IsAssumedToComeAgain(int hours, bool assumed) =>
        Assert.Equal(assumed ? new SeasonPair(24, 0, IsAssumed: true) : default, SeasonFinder.Find(Signals.Traffic(hours), Signals.Hour));

    [Fact]
    public void Find_InFewDays_WhatCameTwiceIsChance()
    {
        var random = new Random(5);
        var once = Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, 48).Select(t => Math.Sin(2 * Math.PI * t / 17) + (0.1 * Signals.Gauss(random))).ToArray());
        Assert.All(once, values => Assert.Equal(24, SeasonFinder.Find(values, Signals.Hour).Short));
        var often = Enumerable.Range(0, 72).Select(t => Math.Sin(2 * Math.PI * t / 9) + (0.1 * Signals.Gauss(random))).ToArray();
        Assert.Equal(9, SeasonFinder.Find(often, Signals.Hour).Short);
    }

    [Fact]
    public void Find_HalfHours_CountsInSteps()
    {
        var halves = Signals.Traffic(24 * 28).SelectMany(v => new[] { v, v }).ToArray();
        Assert.Equal(new SeasonPair(48, 336), SeasonFinder.Find(halves, TimeSpan.FromMinutes(30)));
    }

    [Theory]
    [InlineData(36)]
    [InlineData(90)]
    [InlineData(7)]
    public void Find_ALengthNoClockKnows_FromTheAutocorrelation(int period)
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 1000).Select(t => Math.Sin(2 * Math.PI * t / period) + (t % period == 3 ? 3 : 0) + (0.4 * Signals.Gauss(random))).ToArray();
        Assert.Equal(period, SeasonFinder.Find(values, Minute).Short);
    }

    [Fact]
    public void Find_ATrendHidesNoSeason()
    {
        var values = Signals.Traffic(24 * 10).Select((v, t) => v + (3 * t)).ToArray();
        Assert.Equal(24, SeasonFinder.Find(values, Signals.Hour).Short);
    }

    [Fact]
    public void Find_NoiseOrConstantOrTooShort_None()
    {
        var random = new Random(3);
        var found = 0;
        for (var i = 0; i < 50; i++) found += SeasonFinder.Find([.. Enumerable.Range(0, 300).Select(_ => Signals.Gauss(random))], Signals.Hour).Short == 24 ? 1 : 0;
        Assert.InRange(found, 0, 8);
        Assert.Equal(default, SeasonFinder.Find(Enumerable.Repeat(4.0, 100).ToArray(), Signals.Hour));
        Assert.Equal(default, SeasonFinder.Find([1, 2, 3, 2, 1], Signals.Hour));
    }
}
