using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Pictures;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Pictures;

public sealed class ForecastMemoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Points_OfThePast_AreAsTheyWereFurthestAhead()
    {
        var memory = new ForecastMemory();
        for (var now = 0; now < 5; now++) memory.Take(Made(now, horizon: 3));
        var points = memory.Points(TimeSpan.FromHours(1));

        // The minute 4 was forecast at 1 (three ahead), at 2 and at 3; what was said at 1 stands. What lies ahead is the newest.
        Assert.Equal(1, points.Single(point => point.At == Start.AddMinutes(4)).Median);
        Assert.All(points.Where(point => point.At > Start.AddMinutes(4)), point => Assert.Equal(4, point.Median));
    }

    [Fact]
    public void Take_TheSameForecastAgain_ChangesNothing()
    {
        var memory = new ForecastMemory();
        memory.Take(Made(0, 3));
        memory.Take(Made(0, 3));
        Assert.Equal(3, memory.Points(TimeSpan.FromHours(1)).Count);
    }

    [Fact]
    public void Points_OfAnyCourse_AreInOrderOnceEachAndBounded() => Prop.ForAll(
        Gen.Choose(1, 5).ArrayOf(200).ToArbitrary(), Gen.Choose(1, 16).ToArbitrary(), (steps, horizon) =>
        {
            var memory = new ForecastMemory();
            var now = 0;
            foreach (var step in steps)
            {
                now += step;
                memory.Take(Made(now, horizon));
            }

            var points = memory.Points(TimeSpan.FromHours(2));
            return points.Count <= ForecastMemory.MostPast + horizon && points.Zip(points.Skip(1)).All(pair => pair.First.At < pair.Second.At) && points[^1].At == Start.AddMinutes(now + horizon);
        }).QuickCheckThrowOnFailure();

    /// <summary>A forecast whose values tell when it was made.</summary>
    private static List<ForecastPoint> Made(int now, int horizon) => [.. Enumerable.Range(1, horizon).Select(ahead => new ForecastPoint(Start.AddMinutes(now + ahead), now - 1, now, now + 1))];
}
