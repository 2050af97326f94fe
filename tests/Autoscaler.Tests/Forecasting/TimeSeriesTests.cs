using Platform.Autoscaler.Forecasting;

namespace Platform.Autoscaler.Tests.Forecasting;

public sealed class TimeSeriesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Without_ASpan_MasksWhatWasMeasuredInIt()
    {
        var series = new TimeSeries(new double[] { 1, 2, 3, 4, 5 }, Minute, Start);
        var masked = series.Without([(Start + (1.5 * Minute), Start + (4 * Minute)), (Start - Minute, Start + (Minute / 2)), (Start + Minute * 90, Start + Minute * 99)]);
        Assert.Equal([double.NaN, 2, double.NaN, double.NaN, 5], masked.Values.ToArray());
        Assert.Equal(1, series.Values[0]);
    }

    [Fact]
    public void Coarsened_MeansOfWholeGroupsAlignedToTheNewest()
    {
        var series = new TimeSeries(new[] { 9, 1, 3, double.NaN, 5, double.NaN, double.NaN }, Minute, Start);
        var coarse = series.Coarsened(2);
        Assert.Equal([2, 5, double.NaN], coarse.Values.ToArray());
        Assert.Equal(Start + Minute, coarse.Start);
        Assert.Equal(2 * Minute, coarse.Step);
        Assert.Equal(series.TimeAt(series.Count), coarse.TimeAt(coarse.Count));
    }

    [Fact]
    public void UntilAndLatest_KeepTheClock()
    {
        var series = new TimeSeries(new double[] { 1, 2, 3, 4 }, Minute, Start);
        Assert.Equal([1, 2], series.Until(2).Values.ToArray());
        Assert.Equal([3, 4], series.Latest(2).Values.ToArray());
        Assert.Equal(Start + (2 * Minute), series.Latest(2).Start);
        Assert.Equal(4, series.Latest(9).Count);
    }
}
