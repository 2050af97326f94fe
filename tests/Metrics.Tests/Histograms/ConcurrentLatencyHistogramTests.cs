using FsCheck;
using FsCheck.Fluent;

namespace Platform.Metrics.Tests.Histograms;

public sealed class ConcurrentLatencyHistogramTests
{
    [Fact]
    public void TakeAndReset_AnyLatencies_IsWithinOnePercent() => Check.QuickThrowOnFailure(Prop.ForAll(Latencies.Some, values =>
    {
        var concurrent = new ConcurrentLatencyHistogram();
        foreach (var value in values) concurrent.Record(value);
        var histogram = concurrent.TakeAndReset();
        Assert.Equal(values.Length, histogram.Count);
        Assert.Equal(values.Sum(), histogram.Sum, 1e-9 * values.Length);
        var sorted = values.Order().ToArray();
        foreach (var q in (double[])[0, 0.5, 0.95, 1])
        {
            var exact = sorted[(int)Math.Floor(q * (sorted.Length - 1))];
            Assert.InRange(histogram.Quantile(q), (exact * 0.99) - 1e-9, (exact * 1.01) + 1e-9);
        }

        Assert.Equal(0, concurrent.TakeAndReset().Count);
    }));

    [Fact]
    public async Task TakeAndReset_WhileOthersRecord_CountsEveryValueOnce()
    {
        const int Threads = 4, Each = 200_000;
        var concurrent = new ConcurrentLatencyHistogram();
        var total = new LatencyHistogram();
        var writers = Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < Each; i++) concurrent.Record((thread + 1) * 0.001);
        }, TaskCreationOptions.LongRunning)).ToArray();
        var done = Task.WhenAll(writers);
        while (!done.IsCompleted)
        {
            total.Merge(concurrent.TakeAndReset());
            await Task.Yield();
        }

        await done;
        total.Merge(concurrent.TakeAndReset());
        Assert.Equal(Threads * Each, total.Count);
        Assert.Equal(Each * 0.010, total.Sum, 1e-6);
    }

    [Fact]
    public void Record_Always_AllocatesNothing()
    {
        var concurrent = new ConcurrentLatencyHistogram();
        concurrent.Record(0.1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) concurrent.Record(i * 0.0001);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
