using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.Sources;
using Platform.Contracts.Scaling;
using Platform.Hosting.Measurements;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Sources;

public sealed class SourcePollerTests : IAsyncLifetime
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedSource _source = new();
    private readonly RecordingStream _stream = new();
    private readonly CancellationTokenSource _end = new();
    private ModuleHost? _host;
    private SourceReadings? _readings;
    private SourcePoller? _poller;

    public async ValueTask InitializeAsync()
    {
        _host = await ModuleHost.StartAsync([AutoscalerModule.Module, new RecordingOwner().Module]);
        _readings = new SourceReadings(_time);
        _poller = new SourcePoller(
            _readings, [_source], _host.App.Services.GetRequiredService<Leadership>(), _stream, Options.Create(new ScalingMetricsOptions { ParallelReadings = 2 }), _time, NullLogger<SourcePoller>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _poller!.IdleAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _poller.Dispose();
        _end.Dispose();
        await _host!.DisposeAsync();
    }

    [Fact]
    public async Task Metrics_AreAskedForOncePerIntervalWhileDecisionsWantThem()
    {
        var times = 0;
        for (var second = 0; second < 300; second++)
        {
            // Its application is gone after a minute.
            if (second <= 60 && second % 15 == 0) _readings!.Read("shop", Target("a"), Period);
            await PollAsync();
            times = _source.Asked.Count;
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(times, 8, 11); // 60 s, then three periods and half a minute
        Assert.Empty(_readings!.Followed);
    }

    [Fact]
    public async Task Values_GoOntoTheStreamAndNoSecondTwice()
    {
        for (var half = 0; half < 90; half++)
        {
            _readings!.Read("shop", Target("a"), Period);
            _source.Answer = _ => Reading.Of(half);
            await PollAsync();
            _time.Advance(TimeSpan.FromMilliseconds(510));
        }

        var seconds = _stream.Batches.SelectMany(batch => Enumerable.Range(0, (int)batch.Interval.TotalSeconds).Select(i => batch.At.AddSeconds(-i))).ToList();
        Assert.InRange(_stream.Batches.Count, 3, 4);
        Assert.Equal(seconds.Count, seconds.Distinct().Count());
        Assert.InRange(seconds.Count, 30, 46);
        Assert.All(_stream.Batches, batch => Assert.Equal(("autoscaler", "shop", "backlog", ""), (batch.Source, batch.Application, batch.Samples[0].Name, batch.Samples[0].Replica)));
    }

    [Fact]
    public async Task AServerThatHangs_KeepsNobodyElsesMetricsWaiting()
    {
        for (var i = 0; i < 5; i++) _readings!.Read($"stuck{i}", Target("hung"), Period);
        _readings!.Read("shop", Target("well"), Period);

        await _poller!.BeginDueAsync(_end.Token);

        await ModuleHost.UntilAsync(() => _readings.Read("shop", Target("well"), Period).Unavailable is null, "the other server's metric has its value");
        await ModuleHost.UntilAsync(() => _source.UnderWay == 2, "two are asked of the one that hangs");
        Assert.Equal(3, _source.Asked.Count);
    }

    [Fact]
    public async Task ASourceThatThrows_IsAProblemOfItsMetricAlone()
    {
        _source.Answer = application => application == "bad" ? throw new InvalidOperationException("no such thing") : Reading.Of(7);
        _readings!.Read("bad", Target("a"), Period);
        _readings.Read("good", Target("a"), Period);

        await PollAsync();

        Assert.Contains("it cannot be read: no such thing", _readings.Read("bad", Target("a"), Period).Unavailable);
        Assert.Equal(7, _readings.Read("good", Target("a"), Period).Total);
    }

    [Fact]
    public async Task AnAddressThatIsNone_IsAProblemOfItsMetricAlone()
    {
        _readings!.Read("bad", Target("none"), Period);
        _readings.Read("good", Target("a"), Period);

        await PollAsync();

        Assert.Contains("it has no address", _readings.Read("bad", Target("none"), Period).Unavailable);
        Assert.Null(_readings.Read("good", Target("a"), Period).Unavailable);
    }

    [Fact]
    public async Task AnotherQuestion_ForgetsTheFormersAnswer()
    {
        _readings!.Read("shop", Target("a"), Period);
        await PollAsync();
        Assert.Null(_readings.Read("shop", Target("a"), Period).Unavailable);

        Assert.Contains("has not answered yet", _readings.Read("shop", Target("b"), Period).Unavailable);
        await PollAsync();
        Assert.Null(_readings.Read("shop", Target("b"), Period).Unavailable);
    }

    private static MetricTarget Target(string server) => new() { Name = "backlog", Target = 30, Prometheus = new PrometheusMetric { Address = server, Query = "up" } };

    private async Task PollAsync()
    {
        await _poller!.BeginDueAsync(_end.Token);
        await _poller.IdleAsync();
    }

    private sealed class RecordingStream : IMetricStream
    {
        private readonly ConcurrentQueue<MetricBatch> _batches = new();

        public IReadOnlyList<MetricBatch> Batches => [.. _batches];

        public void Publish(MetricBatch batch) => _batches.Enqueue(batch);

        public IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken) => AsyncEnumerable.Empty<MetricBatch>();
    }
}
