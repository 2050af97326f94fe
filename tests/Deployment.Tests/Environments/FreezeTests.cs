using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Configuration;
using Platform.Deployment.Environments;

namespace Platform.Deployment.Tests.Environments;

public sealed class FreezeTests
{
    private static readonly FreezeWindow Weekend = new() { Reason = "weekend", Days = [DayOfWeek.Friday], Begins = "16:00", Ends = "06:00", TimeZone = "UTC" };

    [Theory]
    [InlineData("2026-12-23T17:59:59Z", null)]
    [InlineData("2026-12-23T18:00:00Z", "2027-01-02T08:00:00Z")]
    [InlineData("2027-01-02T07:59:59Z", "2027-01-02T08:00:00Z")]
    [InlineData("2027-01-02T08:00:00Z", null)]
    public void At_OnceWindow_HoldsItsFirstMoment_AndNotItsEnd(string now, string? until) =>
        Assert.Equal(Time(until), Freeze.At([new FreezeWindow { Reason = "holidays", From = Time("2026-12-23T18:00:00Z"), To = Time("2027-01-02T08:00:00Z") }], Time(now)!.Value)?.Until);

    [Theory]
    [InlineData("2026-11-20T15:59:00Z", null)]
    [InlineData("2026-11-20T16:00:00Z", "2026-11-21T06:00:00Z")]
    [InlineData("2026-11-21T05:59:00Z", "2026-11-21T06:00:00Z")]
    [InlineData("2026-11-21T06:00:00Z", null)]
    [InlineData("2026-11-19T20:00:00Z", null)]
    public void At_WeeklyWindowPastMidnight_BelongsToTheDayItBeginsOn(string now, string? until) => Assert.Equal(Time(until), Freeze.At([Weekend], Time(now)!.Value)?.Until);

    [Fact]
    public void At_WeeklyWindow_GoesByTheWallClockOfItsZone_InSummerAndWinter()
    {
        var window = new FreezeWindow { Reason = "evening", Days = [DayOfWeek.Monday], Begins = "18:00", Ends = "20:00", TimeZone = "Europe/Berlin" };

        Assert.Equal(Time("2026-07-06T18:00:00Z"), Freeze.At([window], Time("2026-07-06T16:00:00Z")!.Value)?.Until);
        Assert.Equal(Time("2026-01-05T19:00:00Z"), Freeze.At([window], Time("2026-01-05T17:00:00Z")!.Value)?.Until);
        Assert.Null(Freeze.At([window], Time("2026-01-05T16:59:00Z")!.Value));
    }

    [Fact]
    public void At_WhenTheClockJumps_ATimeThatIsNotThereIsTheJump()
    {
        var window = new FreezeWindow { Reason = "night", Days = [DayOfWeek.Sunday], Begins = "02:30", Ends = "04:00", TimeZone = "Europe/Berlin" };

        Assert.Null(Freeze.At([window], Time("2026-03-29T00:59:00Z")!.Value));
        Assert.Equal(Time("2026-03-29T02:00:00Z"), Freeze.At([window], Time("2026-03-29T01:00:00Z")!.Value)?.Until);
    }

    [Fact]
    public void At_WindowsWithoutAGap_AreOneFreeze_ThatNamesEachReasonOnce()
    {
        var saturday = new FreezeWindow { Reason = "stocktaking", From = Time("2026-11-21T06:00:00Z"), To = Time("2026-11-21T12:00:00Z") };

        var frozen = Freeze.At([Weekend, saturday], Time("2026-11-20T17:00:00Z")!.Value);

        Assert.Equal("frozen until 2026-11-21 12:00 UTC: weekend; stocktaking", frozen!.ToString());
    }

    [Fact]
    public void At_EveryDayAllDay_Ends()
    {
        var always = new FreezeWindow { Reason = "always", Days = Enum.GetValues<DayOfWeek>() };

        Assert.InRange(Freeze.At([always], Time("2026-11-20T17:00:00Z")!.Value)!.Until, Time("2027-11-20T17:00:00Z")!.Value, Time("2027-11-24T00:00:00Z")!.Value);
    }

    [Fact]
    public void At_TheEndItNames_IsNeverFrozen_AndEveryMomentBeforeIs() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 60 * 24 * 21).ToArbitrary(),
        minutes =>
        {
            var windows = new[] { Weekend, Weekend with { Days = [DayOfWeek.Saturday, DayOfWeek.Monday], Begins = "06:00", Ends = "06:00", TimeZone = "America/New_York" } };
            var now = Time("2026-10-20T00:00:00Z")!.Value.AddMinutes(minutes);
            if (Freeze.At(windows, now) is not { } frozen) return true;
            return frozen.Until > now && Freeze.At(windows, frozen.Until) is null && Freeze.At(windows, frozen.Until.AddSeconds(-1))?.Until == frozen.Until;
        }));

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
