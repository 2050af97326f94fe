using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Forecasting.Ensemble;

namespace Platform.Autoscaler.Tests.Forecasting.Ensemble;

public sealed class RollingOriginsTests
{
    [Fact]
    public void Of_PlentyOfHistory_TwelveWholeOnesHalfAHorizonApartAndAHalfOne()
    {
        var origins = RollingOrigins.Of(960, 48, 336);
        Assert.Equal(48, origins.Judged);
        Assert.Equal([.. Enumerable.Range(0, 12).Select(k => 960 - 48 - (24 * (11 - k))), 936, 960], origins.Counts);
        Assert.Equal(13, origins.Past);
        Assert.Equal(24, origins.Steps(12));
        Assert.Equal(48, origins.Steps(11));
    }

    [Theory]
    [InlineData(960, 48, 13)] // each whole one counts
    [InlineData(72, 48, 3 * 21 / 48.0)] // three, of which the nearer half was judged
    [InlineData(30, 48, 1)]
    public void Of_AShortHistory_IsWorthFewerStretchesThanItHasOrigins(int count, int horizon, double stretches) =>
        Assert.Equal(stretches, RollingOrigins.Of(count, horizon, 24).Stretches, 1e-9);

    [Fact]
    public void Of_ShortHorizon_MoreOrigins() => Assert.Equal(32, RollingOrigins.Of(960, 1, 20).Past);

    [Fact]
    public void Of_AnyLengths_LeavesEnoughToLearnAndNothingOfTheFuture() => Prop.ForAll(
        (from count in Gen.Choose(1, 400) from horizon in Gen.Choose(1, 60) from needed in Gen.Choose(1, 300) select (count, horizon, needed)).ToArbitrary(),
        drawn =>
        {
            var origins = RollingOrigins.Of(drawn.count, drawn.horizon, drawn.needed);
            var past = origins.Counts[..^1];
            return origins.Counts[^1] == drawn.count && origins.Judged <= drawn.horizon && past.All(c => c >= drawn.needed && c < drawn.count)
                && origins.Counts.Zip(origins.Counts.Skip(1)).All(pair => pair.First < pair.Second) && past.Select((_, k) => origins.Steps(k)).All(steps => steps > 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}
