using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Platform.Workloads.Units;

namespace Workloads.Tests.Units;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("5m", 300_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2d3h", 183_600_000)]
    [InlineData("00:05:00", 300_000)]
    [InlineData("00:00:00.250", 250)]
    [InlineData(" 0 ", 0)]
    public void Durations_AsPeopleWriteThem_AreRead(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("-5m")]
    [InlineData("5 m")]
    [InlineData("m")]
    [InlineData("30s1m")]
    [InlineData("1m1m")]
    [InlineData("1e3s")]
    [InlineData("366d")]
    [InlineData("99:00")]
    [InlineData("")]
    [InlineData(null)]
    public void Durations_AnythingElse_IsRefused(string? text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.05", 0.05)]
    [InlineData("100 %", 1)]
    [InlineData("250%", 2.5)]
    public void Percentages_AsPeopleWriteThem_AreRead(string text, double share)
    {
        Assert.True(Percentages.TryParse(text, out var read));
        Assert.Equal(share, read, 12);
    }

    [Theory]
    [InlineData("%")]
    [InlineData("-5%")]
    [InlineData("NaN")]
    [InlineData("1,5")]
    public void Percentages_AnythingElse_IsRefused(string text) => Assert.False(Percentages.TryParse(text, out _));

    [Theory]
    [InlineData("256Mi", 256L << 20)]
    [InlineData("1Gi", 1L << 30)]
    [InlineData("512k", 512_000)]
    [InlineData("0.5Gi", 1L << 29)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("1048576", 1L << 20)]
    public void ByteSizes_AsPeopleWriteThem_AreRead(string text, long bytes)
    {
        Assert.True(ByteSizes.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("256Mo")]
    [InlineData("Mi")]
    [InlineData("-1Mi")]
    [InlineData("9999999Ti")]
    public void ByteSizes_AnythingElse_IsRefused(string text) => Assert.False(ByteSizes.TryParse(text, out _));

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("500m", 0.5)]
    [InlineData("2", 2)]
    public void CpuAmounts_AsPeopleWriteThem_AreRead(string text, double cores)
    {
        Assert.True(CpuAmounts.TryParse(text, out var read));
        Assert.Equal(cores, read);
    }

    [Fact]
    public void Format_AnyAmount_ReadsBackAsTheSame()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), number =>
        {
            var duration = TimeSpan.FromMilliseconds(number);
            Assert.True(Durations.TryParse(Durations.Format(duration), out var readDuration) && readDuration == duration);
            Assert.True(ByteSizes.TryParse(ByteSizes.Format(number * 1024L), out var bytes) && bytes == number * 1024L);
            Assert.True(Percentages.TryParse(Percentages.Format(number / 1e6), out var share) && Math.Abs(share - number / 1e6) < 1e-9);
            Assert.True(CpuAmounts.TryParse(CpuAmounts.Format(number % 1024 / 7.0), out var cores) && cores.Equals(number % 1024 / 7.0));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithReplay(7, 13));
    }

    [Fact]
    public void DurationJsonConverter_RoundTripsAndExplainsWhatItRefuses()
    {
        var options = new JsonSerializerOptions { Converters = { new DurationJsonConverter() } };

        Assert.Equal(TimeSpan.FromSeconds(90), JsonSerializer.Deserialize<TimeSpan>("\"1m30s\"", options));
        Assert.Equal("\"1m30s\"", JsonSerializer.Serialize(TimeSpan.FromSeconds(90), options));
        Assert.Contains("a duration such as", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TimeSpan>("90", options)).Message);
    }

    [Fact]
    public void PercentageAndByteSizeConverters_TakeTextAndNumbers()
    {
        var options = new JsonSerializerOptions { Converters = { new PercentageJsonConverter(), new ByteSizeJsonConverter() } };

        Assert.Equal(0.05, JsonSerializer.Deserialize<double>("\"5%\"", options), 12);
        Assert.Equal(0.05, JsonSerializer.Deserialize<double>("0.05", options), 12);
        Assert.Equal(1L << 20, JsonSerializer.Deserialize<long>("\"1Mi\"", options));
        Assert.Equal(5, JsonSerializer.Deserialize<long>("5", options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<long>("-5", options));
    }
}
