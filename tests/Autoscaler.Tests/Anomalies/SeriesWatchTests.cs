using Platform.Autoscaler.Anomalies.Watching;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Tests.Anomalies;

public sealed class SeriesWatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private readonly Random _random = new(5);
    private readonly SeriesWatch _watch = new("shop", MetricNames.Latency);
    private DateTimeOffset _minute = Start;

    private Anomaly? Minute(double seconds) => _watch.Take(_minute += TimeSpan.FromMinutes(1), seconds);

    private Anomaly? Usual() => Minute(0.1 + 0.02 * _random.NextDouble());

    private void Quiet(int minutes = SeriesWatch.WarmUp + 200)
    {
        for (var i = 0; i < minutes; i++) Usual();
    }

    [Fact]
    public void Take_LatencyFarAboveItsRange_BeginsAnAnomalyThatSaysSo()
    {
        Quiet();
        var anomaly = Minute(0.9);
        Assert.NotNull(anomaly);
        Assert.Null(anomaly.Ended);
        Assert.InRange(anomaly.ExpectedLow, 0.098, 0.103);
        Assert.InRange(anomaly.ExpectedHigh, 0.117, 0.122);
        Assert.InRange(anomaly.Score, 0.99, 1);
        Assert.Contains("p95 latency is 900 ms", anomaly.Message);
        Assert.Contains(anomaly.Severity, (string[])["warning", "critical"]);
        Assert.Same(anomaly, _watch.Open);
    }

    [Fact]
    public void Take_BackToTheUsual_EndsItAsReturned()
    {
        Quiet();
        var began = Minute(0.9)!;
        Anomaly? ended = null;
        for (var i = 0; i < SeriesWatch.WarmUp && ended is null; i++) ended = Usual();
        Assert.Equal((began.Id, true), (ended!.Id, ended.Ended > began.Began));
        Assert.Null(_watch.Open);
    }

    [Fact]
    public void Take_ANewLevelThatStays_IsOneAnomalyAndThenUsual()
    {
        Quiet();
        List<Anomaly> found = [];
        for (var i = 0; i < 4 * SeriesWatch.WarmUp; i++)
        {
            if (Minute(0.5 + 0.02 * _random.NextDouble()) is { } anomaly) found.Add(anomaly);
        }

        Assert.InRange(found.Count(anomaly => anomaly.Ended is null), 1, 2);
        Assert.Null(_watch.Open);
        Assert.All(found.Where(anomaly => anomaly.Ended is not null), anomaly => Assert.True(anomaly.Ended - anomaly.Began <= TimeSpan.FromMinutes(SeriesWatch.WarmUp / 5)));
    }

    [Fact]
    public void Take_RareButSmall_IsNotTold()
    {
        for (var i = 0; i < SeriesWatch.WarmUp + 100; i++) Minute(0.1);
        Assert.Null(Minute(0.1001));
    }

    [Fact]
    public void Take_NotANumberOrTheSameMinuteAgain_ChangesNothing()
    {
        Quiet();
        Assert.Null(Minute(double.NaN));
        Assert.Null(Minute(double.PositiveInfinity));
        var last = _watch.Last;
        Assert.Null(_watch.Take(last, 50));
        Assert.Null(_watch.Take(last - TimeSpan.FromHours(1), 50));
        Assert.Equal(last, _watch.Last);
        Assert.NotNull(Minute(0.9));
    }

    [Fact]
    public void Learn_APast_IsAsGoodAsHavingWatchedIt()
    {
        for (var i = 0; i < SeriesWatch.WarmUp + 100; i++) _watch.Learn(_minute += TimeSpan.FromMinutes(1), 0.1 + 0.02 * _random.NextDouble());
        Assert.NotNull(Minute(0.9));
    }

    [Fact]
    public void Resume_AnAnomalyFromBeforeTheRestart_IsNotTakenForANewOne()
    {
        Quiet();
        var before = Minute(0.9)!;
        var (again, random) = (new SeriesWatch("shop", MetricNames.Latency), new Random(5));
        var minute = Start;
        for (var i = 0; i < SeriesWatch.WarmUp + 200; i++) again.Learn(minute += TimeSpan.FromMinutes(1), 0.1 + 0.02 * random.NextDouble());
        again.Resume(before);
        Assert.Null(again.Take(_minute, 0.9));
        Assert.Equal(before.Id, again.Open!.Id);
        Assert.Equal("silent", again.Silence(_minute + TimeSpan.FromHours(3))!.Outcome);
    }

    [Fact]
    public void IdOf_TheSameMinuteOfTheSameSeries_IsTheSame()
    {
        Assert.Equal(Anomaly.IdOf("shop", "cpu", Start), Anomaly.IdOf("shop", "cpu", Start));
        Assert.NotEqual(Anomaly.IdOf("shop", "cpu", Start), Anomaly.IdOf("shop", "memory", Start));
        Assert.NotEqual(Anomaly.IdOf("shop", "cpu", Start), Anomaly.IdOf("shop", "cpu", Start + TimeSpan.FromMinutes(1)));
    }
}
