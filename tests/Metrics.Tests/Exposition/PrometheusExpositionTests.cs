using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Platform.Metrics.Exposition;

namespace Platform.Metrics.Tests.Exposition;

public sealed class PrometheusExpositionTests : IDisposable
{
    private readonly Meter _meter = new($"Test.{Guid.NewGuid()}");
    private readonly PrometheusExposition _exposition;

    public PrometheusExpositionTests()
    {
        var options = new PrometheusOptions { MaximumSeriesPerInstrument = 3 };
        options.Meters.Clear();
        options.Meters.Add(_meter.Name);
        _exposition = new PrometheusExposition(Options.Create(options));
    }

    public void Dispose()
    {
        _exposition.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Write_Counter_HasHelpTypeUnitAndTotal()
    {
        var counter = _meter.CreateCounter<long>("shop.sent", "By", "Bytes sent.\nAll of them.");
        counter.Add(3, new("route", "/a\"b\\c\nd"), new("app", "x"));
        counter.Add(4, new("route", "/a\"b\\c\nd"), new("app", "x"));
        Assert.Equal("""
            # HELP shop_sent_bytes_total Bytes sent.\nAll of them.
            # TYPE shop_sent_bytes_total counter
            shop_sent_bytes_total{app="x",route="/a\"b\\c\nd"} 7

            """, _exposition.Write());
    }

    [Fact]
    public void Write_Histogram_HasCumulativeBucketsSumAndCount()
    {
        var histogram = _meter.CreateHistogram("wait", "s", "Waiting.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in (double[])[0.05, 0.1, 0.5, 7, double.NaN]) histogram.Record(value, new KeyValuePair<string, object?>("kind", 1));
        Assert.Equal("""
            # HELP wait_seconds Waiting.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{kind="1",le="0.1"} 2
            wait_seconds_bucket{kind="1",le="1"} 3
            wait_seconds_bucket{kind="1",le="+Inf"} 4
            wait_seconds_sum{kind="1"} 7.65
            wait_seconds_count{kind="1"} 4

            """, _exposition.Write());
    }

    [Fact]
    public void Write_GaugesAndUpDownCounters_ShowTheValueNow()
    {
        var level = _meter.CreateGauge<double>("level");
        level.Record(3);
        level.Record(1.5);
        var open = _meter.CreateUpDownCounter<int>("open", "{connection}");
        open.Add(5);
        open.Add(-2);
        var page = _exposition.Write();
        Assert.Contains("# TYPE level gauge\nlevel 1.5\n", page);
        Assert.Contains("# TYPE open gauge\nopen 3\n", page);
    }

    [Fact]
    public void Write_ObservableInstruments_AreReadEachTimeAndForgetWhatIsGone()
    {
        var replicas = new List<string> { "a", "b" };
        _meter.CreateObservableGauge("ready", () => replicas.Select(r => new Measurement<int>(1, new KeyValuePair<string, object?>("replica", r))));
        _meter.CreateObservableCounter("seen", () => 42L);
        Assert.Contains("ready{replica=\"a\"} 1\n", _exposition.Write());
        replicas.Remove("a");
        var page = _exposition.Write();
        Assert.DoesNotContain("replica=\"a\"", page);
        Assert.Contains("ready{replica=\"b\"} 1\n", page);
        Assert.Contains("seen_total 42\n", page);
    }

    [Fact]
    public void Write_AnObserverThatThrows_ShowsTheOthers()
    {
        _meter.CreateObservableGauge("broken", new Func<int>(() => throw new InvalidOperationException("no\nluck")));
        _meter.CreateObservableGauge("fine", () => 1);
        var page = _exposition.Write();
        Assert.Contains("fine 1\n", page);
        Assert.Contains("# An instrument could not be read: no luck\n", page);
    }

    [Fact]
    public void Write_MoreLabelsThanAllowed_AreSummedInOneSeries()
    {
        var counter = _meter.CreateCounter<int>("hits");
        for (var i = 0; i < 50; i++) counter.Add(1, new KeyValuePair<string, object?>("user", i));
        var lines = _exposition.Write().Split('\n').Where(line => line.StartsWith("hits_total", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, lines.Length);
        Assert.Contains("hits_total{overflow=\"true\"} 47", lines);
    }

    [Fact]
    public void Write_SameLabelsInAnotherOrder_IsOneSeries()
    {
        var counter = _meter.CreateCounter<int>("hits");
        counter.Add(1, new("a", 1), new("b", 2));
        counter.Add(1, new("b", 2), new("a", 1));
        Assert.Contains("hits_total{a=\"1\",b=\"2\"} 2\n", _exposition.Write());
    }

    [Fact]
    public void Write_AnotherMeter_IsNotShown()
    {
        using var other = new Meter("Somebody.Else");
        other.CreateCounter<int>("secret").Add(1);
        Assert.DoesNotContain("secret", _exposition.Write());
    }

    [Fact]
    public void Record_KnownSeries_AllocatesNothing()
    {
        var counter = _meter.CreateCounter<long>("hits");
        var histogram = _meter.CreateHistogram<double>("wait", "s");
        KeyValuePair<string, object?> label = new("app", "x");
        Record();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) Record();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Record()
        {
            counter.Add(1, label);
            histogram.Record(0.01, label);
        }
    }

    [Theory]
    [InlineData("http.server.request.duration", "s", "http_server_request_duration_seconds")]
    [InlineData("dotnet.gc.heap", "By", "dotnet_gc_heap_bytes")]
    [InlineData("queue.length", "{item}", "queue_length")]
    [InlineData("9lives", null, "_9lives")]
    [InlineData("speed", "By/s", "speed_bytes_per_seconds")]
    [InlineData("wait_seconds", "s", "wait_seconds")]
    public void Of_NameAndUnit_FollowsTheConvention(string name, string? unit, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(name, unit, InstrumentKind.Gauge));
}
