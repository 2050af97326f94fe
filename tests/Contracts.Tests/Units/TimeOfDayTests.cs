using Platform.Contracts.Units;

namespace Platform.Contracts.Tests.Units;

public sealed class TimeOfDayTests
{
    [Theory]
    [InlineData("00:00", 0)]
    [InlineData("08:30", 510)]
    [InlineData("24:00", 1440)]
    public void TryParse_ATimeOfTheDay_IsTheTimeSinceMidnight(string text, int minutes)
    {
        Assert.True(TimeOfDay.TryParse(text, out var time));
        Assert.Equal(TimeSpan.FromMinutes(minutes), time);
    }

    [Theory]
    [InlineData("24:01")]
    [InlineData("9:00")]
    [InlineData("09:60")]
    [InlineData("09:6")]
    [InlineData("ab:cd")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_AnythingElse_IsNone(string? text)
    {
        Assert.False(TimeOfDay.TryParse(text, out var time));
        Assert.Equal(TimeSpan.Zero, time);
    }
}
