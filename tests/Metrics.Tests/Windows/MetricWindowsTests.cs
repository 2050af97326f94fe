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
    public void Add_SeveralSamplesInASecond_KeepTheirSumMaximumAndLast() => Check.QuickThrowOnFailure(Prop.ForAll(
        Arb.From(Gen.NonEmptyListOf(Gen.Choose(-1000, 1000).Zip(Gen.Choose(0, 60)))), samples =>
        {
            var time = new ManualTimeProvider(Batches.Start);
            var windows = new MetricWindows(time, new MetricWindowsOptions { Retention = TimeSpan.FromMinutes(2) });
            List<(long Second, double Value)> added = [];
            foreach (var (value, pause) in samples)
            {
                time.Advance(TimeSpan.FromSeconds(pause / 20));
                windows.Add(Batches.Of("shop", time.GetUtcNow(), new MetricSample("n", "", "", value)));
                added.Add((time.GetUtcNow().ToUnixTimeSeconds() - 1, value));
            }

            var kept = added.Where(sample => sample.Second > added[^1].Second - 120).ToList();
            var window = windows.Over(TimeSpan.FromMinutes(2));
            Assert.Equal((kept.Sum(s => s.Value), kept.Max(s => s.Value), kept[^1].Value), (window.Sum("shop", "n"), window.Maximum("shop", "n"), window.Last("shop", "n")));

            Span<double> seconds = stackalloc double[121];
            var first = DateTimeOffset.FromUnixTimeSeconds(added[^1].Second - 120);
            foreach (var (statistic, of) in ((Statistic, Func<IEnumerable<double>, double>)[])[(Statistic.Sum, Enumerable.Sum), (Statistic.Maximum, Enumerable.Max), (Statistic.Last, Enumerable.Last), (Statistic.Mean, Enumerable.Average)])
            {
                windows.Seconds(statistic, "shop", "n", first, seconds);
                var expected = Enumerable.Range(0, 121).Select(i => kept.Where(s => s.Second == first.ToUnixTimeSeconds() + i).Select(s => s.Value).ToList()).Select(values => values.Count == 0 ? double.NaN : of(values));
                Assert.Equal(expected, seconds.ToArray());
            }
        }));

    [Fact]
    public void Seconds_AskedForLater_AreTheSame()
    {
        Run(10, i => [new("requests", "v1", "a", i), new("requests", "v2", "b", 100 * i), new("gauge", "", "", i)]);
        double[] sooner = new double[12], later = new double[12], one = new double[12];
        _windows.Seconds(Statistic.Sum, "shop", "requests", Batches.Start.AddSeconds(-1), sooner);
        _time.Advance(TimeSpan.FromSeconds(60));
        _windows.Seconds(Statistic.Sum, "shop", "requests", Batches.Start.AddSeconds(-1), later);
        _windows.Seconds(Statistic.Sum, "shop", "requests", Batches.Start.AddSeconds(-1), one, revision: "v1", replica: "a");
        Assert.Equal([double.NaN, 0, 101, 202, 303, 404, 505, 606, 707, 808, 909, double.NaN], sooner);
        Assert.Equal(sooner, later);
        Assert.Equal([double.NaN, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, double.NaN], one);
        _windows.Seconds(Statistic.Sum, "nobody", "requests", Batches.Start, one);
        Assert.All(one, value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Replicas_OfTwoRevisions_CountsEachAroundTheSecondsItReported()
    {
        Run(2, _ => [new("cpu", "v1", "a", 1), new("cpu", "", "", 1)]);
        Run(2, _ => [new("cpu", "v1", "a", 1), new("cpu", "v2", "a", 1), new("cpu", "v2", "b", 1)]);
        Run(2, _ => [new("cpu", "v2", "b", 1)]);
        Span<int> counts = stackalloc int[8];
        _windows.Replicas("shop", "cpu", Batches.Start.AddSeconds(-1), 0, 0, counts);
        Assert.Equal([0, 1, 1, 2, 2, 1, 1, 0], counts.ToArray());
        _windows.Replicas("shop", "cpu", Batches.Start.AddSeconds(-1), 1, 1, counts);
        Assert.Equal([1, 1, 2, 2, 2, 2, 1, 1], counts.ToArray());
    }

    [Fact]
    public void Add_ReplicasComeAndGo_ThoseThatEndedAreForgotten()
    {
        // Never more than eight series at a time, each for a minute, over hours: those of the last two minutes are remembered, and no more.
        for (var r = 0; r < 100; r++) Run(60, _ => [new($"cpu", "v1", $"r{r}", 1)]);
        Assert.InRange(_windows.Figures.Series, 1, 5);
        Assert.Equal(0, _windows.Figures.BeyondBounds);
        Assert.Equal(1, _windows.Over(TimeSpan.FromSeconds(30)).Last("shop", "cpu"));
    }

    [Fact]
    public void Add_ManySeries_EachIsFoundInAnyOrder()
    {
        var windows = new MetricWindows(_time);
        var random = new Random(3);
        for (var second = 0; second < 5; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var samples = Enumerable.Range(0, 100).Select(i => new MetricSample($"metric{i % 7}", "v1", $"r{i}", i)).ToArray();
            random.Shuffle(samples);
            windows.Add(Batches.Of("shop", _time.GetUtcNow(), samples));
        }

        Assert.Equal(100, windows.Figures.Series);
        for (var i = 0; i < 100; i++) Assert.Equal(5 * i, windows.Over(TimeSpan.FromSeconds(10)).Sum("shop", $"metric{i % 7}", "v1", $"r{i}"));
    }

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
