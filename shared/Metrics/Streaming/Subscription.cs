using System.Threading.Channels;

namespace Platform.Metrics.Streaming;

/// <summary>The bounded queue in front of one subscriber. When it is full the oldest batch goes, and is counted.</summary>
internal sealed class Subscription(string subscriber, int capacity, StreamCounters counters)
{
    private readonly Channel<MetricBatch> _queue = Channel.CreateBounded<MetricBatch>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => counters.CountDropped(subscriber));

    public void Offer(MetricBatch batch) => _queue.Writer.TryWrite(batch);

    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Ends quietly when cancelled: an ended subscription is not an error.</summary>
    public async IAsyncEnumerable<MetricBatch> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (!cancellationToken.IsCancellationRequested && _queue.Reader.TryRead(out var batch)) yield return batch;
        }
    }
}
