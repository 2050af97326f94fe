using Platform.Autoscaler.History;
using Platform.Contracts.Metrics;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.History;

public sealed class FleetHistoryTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FleetHistory _history;

    public FleetHistoryTests() => _history = new FleetHistory(_time);

    [Fact]
    public void Minutes_ACountEverySecondFromTwoReplicas_IsTheirRate()
    {
        Run(180, _ => [new(MetricNames.Requests, "v1", "a", 30), new(MetricNames.Requests, "v1", "b", 20)]);
        Assert.Equal([double.NaN, 50, 50], Rounded(_history.Minutes("shop", MetricNames.Requests, 3).Values));
    }

    [Fact]
    public void Minutes_AMinuteSeenInPart_IsNotAMinuteOfLess()
    {
        Run(20, _ => [new(MetricNames.Requests, "v1", "a", 60)]);
        _time.Advance(TimeSpan.FromSeconds(60));
        _history.Close();
        Assert.Equal([60], Rounded(_history.Minutes("shop", MetricNames.Requests, 1).Values));
    }

    [Fact]
    public void Minutes_GaugesThatReplicasReportAtDifferentTimesEveryFewSeconds_AddUp()
    {
        Run(120, second => second % 5 == 1 ? [new(MetricNames.Cpu, "v1", "a", 0.25)] : second % 5 == 3 ? [new(MetricNames.Cpu, "v1", "b", 0.5)] : null, TimeSpan.FromSeconds(5));
        Assert.Equal(0.75, _history.Minutes("shop", MetricNames.Cpu, 1).Values[0], 0.03);
    }

    [Fact]
    public void Minutes_Latencies_AreTheMinutes95thPercentile()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 100; i++) histogram.Record(i / 100.0);
        Run(120, _ => [new(MetricNames.Latency, "v1", "a", 100, histogram)]);
        Assert.Equal(0.95, _history.Minutes("shop", MetricNames.Latency, 1).Values[0], 0.02);
    }

    [Fact]
    public void Minutes_NothingMeasured_IsNotANumberAndLaterMinutesStandInTheirPlace()
    {
        Run(60, _ => [new(MetricNames.Requests, "v1", "a", 10)]);
        _time.Advance(TimeSpan.FromMinutes(2));
        _history.Close();
        Run(80, _ => [new(MetricNames.Requests, "v1", "a", 20)]);
        Assert.Equal([10, double.NaN, double.NaN, 20], Rounded(_history.Minutes("shop", MetricNames.Requests, 4).Values));
    }

    [Fact]
    public void Hours_AreTheMeansOfTheirMinutes_OnceTheyAreOver()
    {
        Run(3_600 + 20, second => second % 60 == 30 ? [new(MetricNames.Requests, "v1", "a", second < 1_800 ? 60 : 180)] : null, TimeSpan.FromMinutes(1));
        Assert.Equal(2, _history.Hours("shop", MetricNames.Requests, 1).Values[0], 0.05);
    }

    [Fact]
    public void Minutes_OlderThanFourteenDays_AreForgottenAndTheMemoryStaysBounded()
    {
        for (var day = 0; day < 20; day++)
        {
            Run(75, _ => [new(MetricNames.Requests, "v1", "a", day + 1)]);
            _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(75));
            _history.Close();
        }

        var known = _history.Minutes("shop", MetricNames.Requests).Values.ToArray().Where(double.IsFinite).ToArray();
        Assert.Equal(20, Math.Round(known.Max()));
        Assert.InRange(known.Length, 14, 15 * 2);
        Assert.True(_history.Of("shop").Bytes < 70_000);
    }

    [Fact]
    public void Add_BehindAMinuteThatIsClosed_IsRefused()
    {
        Run(180, _ => [new(MetricNames.Requests, "v1", "a", 10)]);
        Assert.False(_history.Add(Batch([new(MetricNames.Requests, "v1", "a", 999)], _time.GetUtcNow() - TimeSpan.FromMinutes(2))));
        Assert.Equal([10, 10], Rounded(_history.Minutes("shop", MetricNames.Requests, 2).Values));
    }

    [Theory]
    [InlineData(MaskScope.Resources, MetricNames.Cpu, true)]
    [InlineData(MaskScope.Resources, MetricNames.Requests, false)]
    [InlineData(MaskScope.Everything, MetricNames.Requests, true)]
    public void Minutes_Masked_AreKeptAndHandedOnAsMissing(object scope, string metric, bool hidden)
    {
        var start = _time.GetUtcNow();
        Run(250, _ => [new(MetricNames.Requests, "v1", "a", 10), new(MetricNames.Cpu, "v1", "a", 10)]);
        _history.Of("shop").Apply(new Mask { Id = "x", Application = "shop", Cause = "test", Scope = (MaskScope)scope, Begins = start.AddSeconds(70), Ends = start.AddSeconds(80) }, _time.GetUtcNow());
        Assert.Equal([10, 10, 10, 10], Rounded(_history.Minutes("shop", metric, 4, masked: false).Values));
        Assert.Equal([10, hidden ? double.NaN : 10, 10, 10], Rounded(_history.Minutes("shop", metric, 4).Values));
    }

    [Fact]
    public void Minutes_AMetricThatNobodyScalesBy_IsNotKept()
    {
        Run(80, _ => [new("queue_depth", "v1", "a", 5), new("other", "v1", "a", 5)]);
        Assert.Empty(_history.Of("shop").Metrics);
        _history.Of("shop").Keep(["queue_depth"], 8);
        Run(60, _ => [new("queue_depth", "v1", "a", 5), new("other", "v1", "a", 5)]);
        Assert.Equal(["queue_depth"], _history.Of("shop").Metrics);
    }

    private void Run(int seconds, Func<int, MetricSample[]?> samples, TimeSpan? interval = null)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            if (samples(second) is { } some) _history.Add(Batch(some, _time.GetUtcNow(), interval));
            _history.Close();
        }
    }

    private static MetricBatch Batch(MetricSample[] samples, DateTimeOffset at, TimeSpan? interval = null) =>
        new() { Source = "test", Application = "shop", At = at, Interval = interval ?? TimeSpan.FromSeconds(1), Samples = samples };

    private static double[] Rounded(ReadOnlySpan<double> values) => [.. values.ToArray().Select(value => Math.Round(value, 1))];
}
