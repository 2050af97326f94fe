using Microsoft.Extensions.Options;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Tests.Streaming;

public sealed class InProcessMetricStreamTests
{
    private readonly InProcessMetricStream _stream = new(Options.Create(new MetricStreamOptions { SubscriberCapacity = 10 }));

    [Fact]
    public async Task Publish_TwoSubscribers_BothSeeEverythingInOrder()
    {
        using var stop = new CancellationTokenSource();
        var first = _stream.SubscribeAsync("first", stop.Token);
        var second = _stream.SubscribeAsync("second", stop.Token);
        for (var i = 0; i < 5; i++) _stream.Publish(Batches.Numbered(i));
        Assert.Equal([0, 1, 2, 3, 4], await TakeAsync(first, 5));
        Assert.Equal([0, 1, 2, 3, 4], await TakeAsync(second, 5));
    }

    [Fact]
    public async Task Publish_SlowSubscriber_LosesItsOldestOnlyAndIsCounted()
    {
        using var stop = new CancellationTokenSource();
        var slow = _stream.SubscribeAsync("slow", stop.Token);
        for (var i = 0; i < 25; i++) _stream.Publish(Batches.Numbered(i));
        Assert.Equal(Enumerable.Range(15, 10), await TakeAsync(slow, 10));
        Assert.Equal(15, _stream.Figures.Dropped["slow"]);
        Assert.Equal(25, _stream.Figures.Published);
    }

    [Fact]
    public async Task SubscribeAsync_Cancelled_EndsWithoutAnException()
    {
        using var stop = new CancellationTokenSource();
        var subscription = _stream.SubscribeAsync("s", stop.Token);
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in subscription)
            {
            }
        });
        await stop.CancelAsync();
        await reading.WaitAsync(TimeSpan.FromSeconds(10));
        _stream.Publish(Batches.Numbered(1));
        Assert.Empty(_stream.Figures.Dropped);
    }

    [Fact]
    public void Publish_NobodyListens_IsNoError()
    {
        _stream.Publish(Batches.Numbered(1));
        Assert.Equal(1, _stream.Figures.Published);
    }

    [Fact]
    public void Publish_AndAddToWindows_AllocateNothingPerSample()
    {
        using var stop = new CancellationTokenSource();
        _ = _stream.SubscribeAsync("slow", stop.Token);
        var windows = new Platform.Metrics.Windows.MetricWindows(new Platform.Testing.ManualTimeProvider(Batches.Start));
        var batch = Batches.Of("shop", Batches.Start, [.. Enumerable.Range(0, 100).Select(i => new MetricSample("cpu", "v1", $"r{i}", i))]);
        Pass(100); // every series known, the queue full
        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass(int times)
        {
            for (var i = 0; i < times; i++)
            {
                _stream.Publish(batch);
                windows.Add(batch);
            }
        }
    }

    internal static async Task<List<int>> TakeAsync(IAsyncEnumerable<MetricBatch> batches, int count)
    {
        var taken = new List<int>();
        await foreach (var batch in batches)
        {
            taken.Add(Batches.NumberOf(batch));
            if (taken.Count == count) break;
        }

        return taken;
    }
}
