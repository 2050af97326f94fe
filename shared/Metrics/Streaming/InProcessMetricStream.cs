using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace Platform.Metrics.Streaming;

/// <summary>The metric stream inside one process. Batches are shared, not copied: nobody changes one after publishing it.</summary>
internal sealed class InProcessMetricStream(IOptions<MetricStreamOptions> options) : IMetricStream, IMetricStreamStatus
{
    private readonly StreamCounters _counters = new();
    private ImmutableArray<Subscription> _subscriptions = [];

    public string? WaitingFor => null;

    public MetricStreamFigures Figures => _counters.Figures;

    public void Publish(MetricBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _counters.CountPublished();
        foreach (var subscription in _subscriptions) subscription.Offer(batch);
    }

    public IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken)
    {
        // Not an iterator itself: the subscription must see what is published from this call on, not from the first read.
        var subscription = new Subscription(subscriber, options.Value.SubscriberCapacity, _counters);
        ImmutableInterlocked.Update(ref _subscriptions, (all, mine) => all.Add(mine), subscription);
        cancellationToken.Register(() =>
        {
            ImmutableInterlocked.Update(ref _subscriptions, (all, mine) => all.Remove(mine), subscription);
            subscription.Complete();
        });
        return subscription.ReadAsync(cancellationToken);
    }
}
