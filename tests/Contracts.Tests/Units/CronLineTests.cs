using System.Globalization;
using Platform.Contracts.Units;

namespace Platform.Contracts.Tests.Units;

public sealed class CronLineTests
{
    [Theory]
    [InlineData("*/15 * * * *", "2026-03-02T08:45Z", true)]
    [InlineData("*/15 * * * *", "2026-03-02T08:46Z", false)]
    [InlineData("0 0 1 * 1", "2026-03-02T00:00Z", true)] // the first of the month or a Monday
    [InlineData("0 0 * * 7", "2026-03-01T00:00Z", true)] // Sunday
    [InlineData("5,10 8-10/2 * 3 *", "2026-03-01T10:05Z", true)]
    [InlineData("5,10 8-10/2 * 3 *", "2026-03-01T09:05Z", false)]
    public void Matches_ALine_NamesItsMinutes(string line, string at, bool matches)
    {
        Assert.True(CronLine.TryParse(line, out var cron, out _));
        Assert.Equal(matches, cron.Matches(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).DateTime));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("-1 * * * *")]
    public void TryParse_NoLine_SaysWhatWouldBe(string line)
    {
        Assert.False(CronLine.TryParse(line, out _, out var problem));
        Assert.NotEmpty(problem);
    }
}
