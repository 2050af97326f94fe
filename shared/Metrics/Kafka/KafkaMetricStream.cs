using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Kafka;

/// <summary>
/// The metric stream over a Kafka topic.
/// <code>
/// Publish → bounded queue (drop oldest, counted) → pump: encode, produce → topic, key = application
/// topic → consumer thread per subscriber: decode → bounded queue (drop oldest, counted) → SubscribeAsync
/// </code>
/// Nothing connects before it is used. A broker that is away is waited for, without end and without disturbing who measures.
/// </summary>
internal sealed class KafkaMetricStream : IMetricStream, IMetricStreamStatus, IAsyncDisposable
{
    private readonly StreamCounters _counters = new();
    private readonly KafkaConnection _connection;
    private readonly MetricStreamOptions _options;
    private readonly ILogger<KafkaMetricStream> _log;
    private readonly TimeProvider _time;
    private readonly Lazy<KafkaProducer> _producer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _consumers = [];

    public KafkaMetricStream(IOptions<MetricStreamOptions> options, TimeProvider time, ILogger<KafkaMetricStream> log)
    {
        if (KafkaLibrary.Problem is { } problem) throw new InvalidOperationException($"Stream:Kind is kafka, but {problem}");
        _options = options.Value;
        _log = log;
        _time = time;
        _connection = new KafkaConnection(_options.BootstrapServers, time, log);
        _producer = new Lazy<KafkaProducer>(() => new KafkaProducer(_options, _connection, _counters, time));
    }

    public string? WaitingFor => _connection.WaitingFor;

    public MetricStreamFigures Figures => _counters.Figures;

    public void Publish(MetricBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _counters.CountPublished();
        if (!_stopping.IsCancellationRequested) _producer.Value.Offer(batch);
    }

    public IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken)
    {
        var subscription = new Subscription(subscriber, _options.SubscriberCapacity, _counters);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var token = stop.Token;
        token.Register(subscription.Complete);
        var consumer = new KafkaConsumer(subscriber, subscription, _options, _connection, _counters, _time, _log);
        // librdkafka's consumer blocks while it waits for records: it gets a thread of its own rather than one of the pool's.
        var running = Task.Factory.StartNew(() =>
        {
            using (stop) consumer.Run(token);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        lock (_consumers)
        {
            _consumers.RemoveAll(ended => ended.IsCompletedSuccessfully);
            _consumers.Add(running);
        }

        return subscription.ReadAsync(token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_producer.IsValueCreated) await _producer.Value.DisposeAsync();
        Task[] consumers;
        lock (_consumers) consumers = [.. _consumers];
        await Task.WhenAll(consumers);
        _stopping.Dispose();
    }
}
