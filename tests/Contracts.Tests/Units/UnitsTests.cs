using FsCheck;
using FsCheck.Fluent;
using Platform.Contracts.Units;

namespace Platform.Contracts.Tests.Units;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("5m", 300_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("500ms", 500)]
    [InlineData("2d", 172_800_000)]
    [InlineData("0", 0)]
    [InlineData("00:05:00", 300_000)]
    [InlineData("00:00:00.250", 250)]
    public void Duration_AsPeopleWriteIt_IsRead(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("-00:05:00")]
    [InlineData("99:00")]
    [InlineData("1s1m")]
    [InlineData("1m1m")]
    [InlineData("1.2.3s")]
    [InlineData("99999999999999d")]
    [InlineData("5 minutes")]
    public void Duration_AnythingElse_IsRefused(string? text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void Duration_Formatted_IsReadBack() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).Select(n => TimeSpan.FromMicroseconds((long)n * 997)).ToArbitrary(),
            value => Duration.TryParse(Duration.Format(value), out var read) && read == value).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("256Mi", 268_435_456)]
    [InlineData("1.5Gi", 1_610_612_736)]
    [InlineData("500M", 500_000_000)]
    [InlineData("1024", 1024)]
    public void ByteSize_AsPeopleWriteIt_IsRead(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("Mi")]
    [InlineData("-1Mi")]
    [InlineData("99999999Ti")]
    [InlineData("1MiB")]
    public void ByteSize_AnythingElse_IsRefused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.05", 0.05)]
    [InlineData("100 %", 1)]
    public void Percentage_AsPeopleWriteIt_IsRead(string text, double fraction)
    {
        Assert.True(Percentage.TryParse(text, out var value));
        Assert.Equal(fraction, value);
    }

    [Theory]
    [InlineData("%")]
    [InlineData("-5%")]
    [InlineData("five")]
    public void Percentage_AnythingElse_IsRefused(string text) => Assert.False(Percentage.TryParse(text, out _));

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("500m", 0.5)]
    [InlineData("2", 2)]
    public void Cpu_AsPeopleWriteIt_IsRead(string text, double cores)
    {
        Assert.True(Cpu.TryParse(text, out var value));
        Assert.Equal(cores, value);
    }

    [Theory]
    [InlineData("m")]
    [InlineData("-1")]
    [InlineData("1025")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    public void Cpu_AnythingElse_IsRefused(string text) => Assert.False(Cpu.TryParse(text, out _));
}
