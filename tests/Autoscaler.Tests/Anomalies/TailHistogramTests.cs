using Platform.Autoscaler.Anomalies.Detection;

namespace Platform.Autoscaler.Tests.Anomalies;

public sealed class TailHistogramTests
{
    private const double Endless = 1e12;

    private static TailHistogram Of(IEnumerable<double> past)
    {
        var histogram = new TailHistogram(Endless);
        foreach (var statistic in past) histogram.Add(statistic);
        return histogram;
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(1)]
    [InlineData(1e12)]
    public void Surprise_IsTheDecimalLogarithmOfTheShareAsLarge_InAnyUnit(double unit)
    {
        var histogram = Of(Enumerable.Range(1, 1000).Select(i => i * unit));
        Assert.Equal(1, histogram.Surprise(900 * unit), 0.1);
        Assert.Equal(0.3, histogram.Surprise(500 * unit), 0.05);
        Assert.Equal(-Math.Log10(0.5 / 1001), histogram.Surprise(5000 * unit), 1e-6);
    }

    [Fact]
    public void Add_OfWhatIsFarLarger_ForgetsNothingOfThoseBefore()
    {
        var histogram = Of(Enumerable.Range(1, 1000).Select(i => (double)i).Append(1e9));
        Assert.Equal(1, histogram.Surprise(900), 0.1);
        Assert.Equal(-Math.Log10(1.5 / 1002), histogram.Surprise(1e6), 1e-6);
        Assert.Equal(-Math.Log10(0.5 / 1002), histogram.Surprise(1e10), 1e-6);
    }

    [Fact]
    public void Add_OfWhatIsBeyondTheRange_MakesTheRestAsGoodAsZero()
    {
        var histogram = Of(Enumerable.Range(1, 100).Select(i => (double)i).Append(1e18));
        Assert.Equal(0, histogram.Surprise(50), 0.01);
        Assert.Equal(-Math.Log10(1.5 / 102), histogram.Surprise(1e14), 1e-6);
    }

    [Fact]
    public void Surprise_OfNothingButZeros_IsNone()
    {
        var histogram = Of(Enumerable.Repeat(0.0, 100));
        Assert.Equal(0, histogram.Surprise(0), 0.01);
        Assert.Equal(-Math.Log10(0.5 / 101), histogram.Surprise(1e-6), 1e-6);
    }
}
