using System.Collections.Concurrent;
using Platform.Metrics.Streaming;

namespace Platform.Integration.Tests.Metrics;

/// <summary>Collects what a subscriber sees, and waits for it with a deadline.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly ConcurrentQueue<MetricBatch> _seen = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public Listener(IMetricStream stream, string subscriber)
    {
        var batches = stream.SubscribeAsync(subscriber, _stop.Token);
        _reading = Task.Run(async () =>
        {
            await foreach (var batch in batches) _seen.Enqueue(batch);
        });
    }

    public IReadOnlyCollection<MetricBatch> Seen => _seen;

    /// <summary>What arrived from an application, in order.</summary>
    public IReadOnlyList<int> NumbersOf(string application) =>
        [.. _seen.Where(batch => batch.Application == application).Select(batch => (int)batch.Samples[0].Value)];

    /// <summary>Publishes a greeting until it arrives: from then on the subscriber takes part.</summary>
    public Task JoinAsync(IMetricStream stream) => Deadline.UntilAsync("the subscriber takes part", () =>
    {
        if (!_seen.IsEmpty) return true;
        stream.Publish(Numbered("greeting", 0));
        return false;
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.WaitAsync(TimeSpan.FromSeconds(20));
        _stop.Dispose();
    }

    public static MetricBatch Numbered(string application, int number) => new()
    {
        Source = "test",
        Application = application,
        At = TimeProvider.System.GetUtcNow(),
        Interval = TimeSpan.FromSeconds(1),
        Samples = [new MetricSample("number", "v1", "r1", number)],
    };
}

/// <summary>Waits for a condition and fails with its name.</summary>
internal static class Deadline
{
    public static async Task UntilAsync(string what, Func<bool> condition, int seconds = 40)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Waited {seconds} s in vain until {what}.");
            await Task.Delay(50);
        }
    }
}
