using System.Globalization;
using Platform.Autoscaler.Scaling.Schedules;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Scaling.Schedules;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("2026-03-02T08:00Z", true)] // a Monday
    [InlineData("2026-03-02T07:59Z", false)]
    [InlineData("2026-03-02T17:59Z", true)]
    [InlineData("2026-03-02T18:00Z", false)]
    [InlineData("2026-03-01T12:00Z", false)] // a Sunday
    public void IsActive_AWeeklyWindow_HoldsOnItsDays(string at, bool active) => Assert.Equal(active, Schedule.IsActive(
        new ScalingSchedule { Name = "office", Days = [DayOfWeek.Monday, DayOfWeek.Friday], Begins = "08:00", Ends = "18:00" }, At(at)));

    [Theory]
    [InlineData("2026-03-06T23:00Z", true)] // Friday night
    [InlineData("2026-03-07T01:59Z", true)]
    [InlineData("2026-03-07T02:00Z", false)]
    [InlineData("2026-03-06T01:00Z", false)] // what began on Thursday
    public void IsActive_OverMidnight_BelongsToTheDayItBegan(string at, bool active) => Assert.Equal(active, Schedule.IsActive(
        new ScalingSchedule { Name = "night", Days = [DayOfWeek.Friday], Begins = "22:00", Ends = "02:00" }, At(at)));

    [Theory]
    [InlineData("2026-07-01T06:30Z", true)] // 08:30 in Berlin in summer
    [InlineData("2026-01-01T06:30Z", false)]
    public void IsActive_InATimeZone_GoesByItsWallClock(string at, bool active) => Assert.Equal(active, Schedule.IsActive(
        new ScalingSchedule { Name = "morning", Begins = "08:00", Ends = "09:00", TimeZone = "Europe/Berlin" }, At(at)));

    [Theory]
    [InlineData("2026-03-02T08:00Z", true)]
    [InlineData("2026-03-02T09:29Z", true)]
    [InlineData("2026-03-02T09:30Z", false)]
    [InlineData("2026-03-01T08:30Z", false)]
    public void IsActive_ACronLine_LastsFromEachOfItsTimes(string at, bool active) => Assert.Equal(active, Schedule.IsActive(
        new ScalingSchedule { Name = "batch", Cron = "0 8 * * 1-5", For = TimeSpan.FromMinutes(90) }, At(at)));

    [Fact]
    public void IsActive_BetweenTwoMoments_OnlyThen()
    {
        var sale = new ScalingSchedule { Name = "sale", From = At("2026-11-27T00:00Z"), To = At("2026-11-28T00:00Z"), Min = 8 };
        Assert.Equal([false, true, false], new[] { "2026-11-26T23:59Z", "2026-11-27T12:00Z", "2026-11-28T00:00Z" }.Select(at => Schedule.IsActive(sale, At(at))));
    }

    [Fact]
    public void Apply_SeveralInForce_TheHighestMinimumWithinTheSettings()
    {
        var settings = new ScalingSettings { Min = 1, Max = 10, Schedules = [new() { Name = "a", Min = 3 }, new() { Name = "b", Min = 50, Max = 2 }, new() { Name = "c", Begins = "01:00", Ends = "02:00", Min = 9 }] };
        var (applied, inForce) = Schedule.Apply(settings, At("2026-03-02T08:00Z"));
        Assert.Equal((10, 10, "a and b"), (applied.Min, applied.Max, inForce));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
