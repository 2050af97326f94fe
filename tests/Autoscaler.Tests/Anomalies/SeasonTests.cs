using Platform.Autoscaler.Anomalies.Detection;

namespace Platform.Autoscaler.Tests.Anomalies;

public sealed class SeasonTests
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>An hour of a daily course; at the weekend a third of it.</summary>
    private static double Hour(int hour, bool isWeekly, Random random)
    {
        var course = 100 + 60 * Math.Sin(2 * Math.PI * hour / 24);
        return (isWeekly && hour / 24 % 7 >= 5 ? course / 3 : course) + 4 * random.NextDouble();
    }

    private static Season Learned(int weeks, bool isWeekly)
    {
        var (season, random) = (new Season(), new Random(5));
        for (var hour = 0; hour < weeks * 168; hour++) season.Next(Hour(hour, isWeekly, random), Monday.AddHours(hour));
        return season;
    }

    [Theory]
    [InlineData(1, true, false)]
    [InlineData(6, true, true)]
    [InlineData(6, false, false)]
    public void HasWeek_OnceTheWeekForetellsBetter_NotBefore(int weeks, bool isWeekly, bool expected) => Assert.Equal(expected, Learned(weeks, isWeekly).HasWeek);

    [Fact]
    public void Next_AUsualSundayAndATuesdayLikeIt_OnlyTheTuesdayIsFar()
    {
        // Tuesday and Sunday of the seventh week, at noon.
        var (tuesday, sunday) = (6 * 168 + 36, 6 * 168 + 156);
        var likeSunday = Hour(sunday, true, new Random(1));
        Assert.InRange(Learned(6, true).Next(likeSunday, Monday.AddHours(tuesday)), -10, -2);
        Assert.InRange(Math.Abs(Learned(6, true).Next(likeSunday, Monday.AddHours(sunday))), 0, 1);
    }

    [Fact]
    public void Usual_OfAWeek_TellsTheDays()
    {
        var season = Learned(8, true);
        var (tuesday, sunday) = (season.Usual(Monday.AddHours(36))!.Value, season.Usual(Monday.AddHours(156))!.Value);
        Assert.InRange(tuesday.Mean, 95, 110);
        Assert.InRange(sunday.Mean, 25, 50);
    }

    [Fact]
    public void Next_ATimeSeenTwiceWithTheSameValue_PromisesNothing()
    {
        var (season, random) = (new Season(), new Random(2));
        for (var hour = 0; hour < 48; hour++) season.Next(hour % 24 == 7 ? 10 : 20 * random.NextDouble(), Monday.AddHours(hour));
        Assert.InRange(Math.Abs(season.Next(14, Monday.AddHours(55))), 0, 3);
    }
}
