using Platform.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Integration.Tests.Metrics;

/// <summary>What every implementation of <see cref="IMetricStream"/> must do.</summary>
public abstract class MetricStreamConformance : IAsyncLifetime
{
    private protected abstract IMetricStream Stream { get; }

    private protected abstract IMetricStreamStatus Status { get; }

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Publish_ABatch_ArrivesAsItWasSent()
    {
        await using var listener = new Listener(Stream, "reader");
        await listener.JoinAsync(Stream);
        var latencies = new LatencyHistogram();
        for (var i = 1; i <= 100; i++) latencies.Record(i * 0.001);
        var sent = new MetricBatch
        {
            Source = "gateway/2",
            Application = "storefront",
            At = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
            Interval = TimeSpan.FromSeconds(1),
            Samples = [new MetricSample("requests", "v1", "a", 100), new MetricSample("latency", "v1", "a", 100, latencies), new MetricSample("cpu", "v1", "", 0.25)],
        };
        Stream.Publish(sent);
        await Deadline.UntilAsync("the batch arrives", () => listener.Seen.Any(batch => batch.Application == "storefront"));

        var received = listener.Seen.Single(batch => batch.Application == "storefront");
        Assert.Equal((sent.Source, sent.At, sent.Interval), (received.Source, received.At, received.Interval));
        Assert.Equal(sent.Samples.Select(s => s with { Histogram = null }), received.Samples.Select(s => s with { Histogram = null }));
        Assert.Equal(latencies.Quantile(0.95), received.Samples[1].Histogram!.Quantile(0.95));
    }

    [Fact]
    public async Task Publish_ManyBatches_EverySubscriberSeesEachApplicationsInOrder()
    {
        await using var first = new Listener(Stream, "first");
        await using var second = new Listener(Stream, "second");
        await first.JoinAsync(Stream);
        await second.JoinAsync(Stream);
        for (var i = 0; i < 300; i++) Stream.Publish(Listener.Numbered($"app{i % 3}", i));
        foreach (var listener in (Listener[])[first, second])
        {
            for (var app = 0; app < 3; app++)
            {
                var name = $"app{app}";
                await Deadline.UntilAsync($"{name}'s batches arrive", () => listener.NumbersOf(name).Count == 100);
                Assert.Equal(Enumerable.Range(0, 100).Select(i => (3 * i) + app), listener.NumbersOf(name));
            }
        }

        Assert.Null(Status.WaitingFor);
        Assert.Empty(Status.Figures.Dropped);
    }

    [Fact]
    public async Task SubscribeAsync_AfterACancelledOne_StartsAfresh()
    {
        await using (var gone = new Listener(Stream, "reader")) await gone.JoinAsync(Stream);
        await using var back = new Listener(Stream, "reader");
        await back.JoinAsync(Stream);
        Stream.Publish(Listener.Numbered("again", 1));
        await Deadline.UntilAsync("the batch arrives", () => back.NumbersOf("again").Count == 1);
    }
}
