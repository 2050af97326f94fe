using FsCheck;
using FsCheck.Fluent;
using Platform.Metrics.Streaming;
using Platform.Metrics.Tests.Histograms;
using Platform.Metrics.Tests.Streaming;
using Platform.Metrics.Windows;
using Platform.Testing;

namespace Platform.Metrics.Tests.Windows;

public sealed class MetricWindowsTests
{
    private readonly ManualTimeProvider _time = new(Batches.Start);
    private readonly MetricWindows _windows;

    public MetricWindowsTests() => _windows = new MetricWindows(_time, new MetricWindowsOptions
    {
        Retention = TimeSpan.FromMinutes(2),
        MaximumSeries = 20,
        MaximumSeriesPerApplication = 8,
    });

    [Fact]
    public void Rate_SteadyCountsOfTwoReplicas_IsTheirSumPerSecond()
    {
        Run(30, _ => [new("requests", "v1", "a", 10), new("requests", "v1", "b", 5)]);
        var window = _windows.Over(TimeSpan.FromSeconds(15));
        Assert.Equal(15, window.Rate("shop", "requests"));
        Assert.Equal(10, window.Rate("shop", "requests", replica: "a"));
        Assert.Equal(225, window.Sum("shop", "requests"));
        Assert.Equal(new Dictionary<string, double> { ["a"] = 10, ["b"] = 5 }, window.RatePerReplica("shop", "requests"));
    }

    [Fact]
    public void Rate_InTheMiddleOfASecond_DoesNotDip()
    {
        Run(30, _ => [new("requests", "v1", "a", 10)]);
        _time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(10, _windows.Over(TimeSpan.FromSeconds(5)).Rate("shop", "requests"));
    }

    [Fact]
    public void Rate_SeriesYoungerThanTheWindow_CountsFromItsFirstSecond()
    {
        Run(3, _ => [new("requests", "v1", "a", 10)]);
        Assert.Equal(10, _windows.Over(TimeSpan.FromMinutes(1)).Rate("shop", "requests"));
    }

    [Fact]
    public void Rate_SourceFellSilent_Falls()
    {
        Run(30, _ => [new("requests", "v1", "a", 10)]);
        _time.Advance(TimeSpan.FromSeconds(12));
        Assert.InRange(_windows.Over(TimeSpan.FromSeconds(20)).Rate("shop", "requests")!.Value, 4, 6);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(_windows.Over(TimeSpan.FromSeconds(20)).Rate("shop", "requests"));
    }

    [Fact]
    public void MeanPerReplica_CpuOfTheLastSeconds_LeavesOutReplicasThatAreGone()
    {
        Run(10, _ => [new("cpu", "v1", "gone", 4)]);
        Run(20, i => [new("cpu", "v1", "a", i % 2), new("cpu", "v1", "b", 0.25)]);
        var means = _windows.Over(TimeSpan.FromSeconds(10)).MeanPerReplica("shop", "cpu");
        Assert.Equal(new Dictionary<string, double> { ["a"] = 0.5, ["b"] = 0.25 }, means);
        Assert.Equal(0.375, _windows.Over(TimeSpan.FromSeconds(10)).Mean("shop", "cpu"));
    }

    [Fact]
    public void Since_AShift_SeesOnlyWhatCameAfterIt()
    {
        Run(10, _ => [new("requests", "v2", "a", 100), new("errors", "v2", "a", 50)]);
        var shifted = _time.GetUtcNow();
        Run(10, _ => [new("requests", "v2", "a", 100), new("errors", "v2", "a", 1)]);
        Assert.Equal(0.01, _windows.Since(shifted).Ratio("shop", "errors", "requests", "v2"));
        Assert.Null(_windows.Since(shifted).Ratio("shop", "errors", "requests", "v3"));
        Assert.Equal(0.255, _windows.Over(TimeSpan.FromSeconds(20)).Ratio("shop", "errors", "requests")!.Value, 6);
    }

    [Fact]
    public void Since_ThisMoment_SeesNothingYet()
    {
        Run(10, _ => [new("requests", "v2", "a", 100)]);
        Assert.Null(_windows.Since(_time.GetUtcNow()).Sum("shop", "requests"));
    }

    [Fact]
    public void Quantile_HistogramsOfReplicas_IsTheQuantileOfAllRequests()
    {
        var fast = Latencies.Recorded(Enumerable.Repeat(0.010, 90));
        var slow = Latencies.Recorded(Enumerable.Repeat(1.0, 10));
        Run(5, _ => [new("latency", "v1", "a", 90, fast), new("latency", "v1", "b", 10, slow)]);
        var window = _windows.Over(TimeSpan.FromSeconds(5));
        Assert.InRange(window.Quantile(0.85, "shop", "latency")!.Value, 0.0099, 0.0101);
        Assert.InRange(window.Quantile(0.95, "shop", "latency")!.Value, 0.99, 1.01);
        Assert.Equal(500, window.Histogram("shop", "latency").Count);
        Assert.Null(window.Quantile(0.95, "shop", "latency", "v2"));
    }

    [Fact]
    public void LastAndMaximum_Gauges_AddUpAndStandOut()
    {
        Run(10, i => [new("inFlight", "v1", "a", i), new("inFlight", "v1", "b", 100 - i)]);
        var window = _windows.Over(TimeSpan.FromSeconds(10));
        Assert.Equal(100, window.Last("shop", "inFlight"));
        Assert.Equal(9, window.Last("shop", "inFlight", replica: "a"));
        Assert.Equal(100, window.Maximum("shop", "inFlight"));
    }

    [Fact]
    public void History_WithAGap_HasAPointForEverySecond()
    {
        Run(3, _ => [new("requests", "v1", "a", 1), new("requests", "v1", "b", 2)]);
        _time.Advance(TimeSpan.FromSeconds(2));
        Run(2, _ => [new("requests", "v1", "a", 4)]);
        var points = _windows.Over(TimeSpan.FromSeconds(8)).History(Statistic.Sum, "shop", "requests");
        Assert.Equal([null, 3, 3, 3, null, null, 4, 4], points.Select(p => p.Value));
        Assert.Equal(Batches.Start.AddSeconds(6), points[^1].At);
    }

    [Fact]
    public void History_OfLatencies_IsAQuantileASecond()
    {
        Run(3, i => [new("latency", "v1", "a", 1, Latencies.Recorded([i + 1.0]))]);
        var points = _windows.Over(TimeSpan.FromSeconds(3)).History(Statistic.P95, "shop", "latency");
        Assert.Equal([1.0, 2.0, 3.0], points.Select(p => Math.Round(p.Value!.Value, 1)));
    }

    [Fact]
    public void Add_LateFutureAndNotANumber_AreCountedAndLeftOut()
    {
        _time.Advance(TimeSpan.FromMinutes(10));
        var now = _time.GetUtcNow();
        _windows.Add(Batches.Of("shop", now.AddMinutes(-3), new MetricSample("n", "", "", 1)));
        _windows.Add(Batches.Of("shop", now.AddMinutes(1), new MetricSample("n", "", "", 1), new MetricSample("m", "", "", 1)));
        _windows.Add(Batches.Of("shop", now, new MetricSample("n", "", "", double.NaN), new MetricSample("n", "", "", 7)));
        _windows.Add(Batches.Of("shop", DateTimeOffset.MinValue, new MetricSample("n", "", "", 1)));
        Assert.Equal(new MetricWindowsFigures { Accepted = 1, Late = 2, Future = 2, NotANumber = 1, Series = 1 }, _windows.Figures);
        Assert.Equal(7, _windows.Over(TimeSpan.FromMinutes(2)).Sum("shop", "n"));
    }

    [Fact]
    public void Add_MoreSeriesThanAllowed_RefusesTheNewAndKeepsTheOld()
    {
        for (var i = 0; i < 30; i++) Run(1, _ => [new($"metric{i}", "", "", 1)]);
        Assert.Equal(8, _windows.Figures.Series);
        Assert.Equal(22, _windows.Figures.BeyondBounds);
        Run(1, _ => [new("metric0", "", "", 5)]);
        Assert.Equal(5, _windows.Over(TimeSpan.FromSeconds(2)).Sum("shop", "metric0"));
    }

    [Fact]
    public void Add_SeriesOlderThanTheRetention_MakeRoom()
    {
        for (var i = 0; i < 8; i++) Run(1, _ => [new($"old{i}", "", "", 1)]);
        _time.Advance(TimeSpan.FromMinutes(3));
        Run(1, _ => [new("new", "", "", 1)]);
        Assert.Equal(["new"], _windows.Series("shop").Select(s => s.Metric));
        Assert.Equal(0, _windows.Figures.BeyondBounds);
    }

    [Fact]
    public void Sum_SamplesInAnyOrder_IsThatOfTheOrderedOnes() => Check.QuickThrowOnFailure(Prop.ForAll(
        Arb.From(Gen.NonEmptyListOf(Gen.Choose(1, 119))), Arb.From(Gen.Choose(1, 120)), (ages, window) =>
        {
            var time = new ManualTimeProvider(Batches.Start.AddHours(1));
            var windows = new MetricWindows(time, new MetricWindowsOptions { Retention = TimeSpan.FromMinutes(2) });
            foreach (var age in ages) windows.Add(Batches.Of("shop", time.GetUtcNow().AddSeconds(-age + 1), new MetricSample("n", "", "", age)));
            // The window ends at the newest second, at most two seconds ago; a sample at age 1 ended in the last full second.
            var end = Math.Clamp(ages.Min(), 0, 2);
            var expected = ages.Where(age => age >= end && age < end + window).ToArray();
            var sum = windows.Over(TimeSpan.FromSeconds(window)).Sum("shop", "n");
            Assert.Equal(expected.Length == 0 ? null : expected.Sum(), sum);
        }));

    [Fact]
    public async Task FollowAsync_TheStream_AddsItsBatches()
    {
        var stream = new InProcessMetricStream(Microsoft.Extensions.Options.Options.Create(new MetricStreamOptions()));
        using var stop = new CancellationTokenSource();
        var following = _windows.FollowAsync(stream, "test", stop.Token);
        stream.Publish(Batches.Of("shop", _time.GetUtcNow(), new MetricSample("n", "", "", 3)));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (_windows.Figures.Accepted == 0) await Task.Delay(5, deadline.Token);
        await stop.CancelAsync();
        await following;
        Assert.Equal(3, _windows.Over(TimeSpan.FromSeconds(2)).Sum("shop", "n"));
    }

    /// <summary>So many seconds, each ending with a batch.</summary>
    private void Run(int seconds, Func<int, MetricSample[]> samples)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _windows.Add(Batches.Of("shop", _time.GetUtcNow(), samples(i)));
        }
    }
}
