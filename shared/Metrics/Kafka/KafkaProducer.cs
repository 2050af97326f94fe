using System.Buffers;
using System.Threading.Channels;
using Confluent.Kafka;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Kafka;

/// <summary>Sends batches in the background. Whoever measures only ever touches the bounded queue.</summary>
internal sealed class KafkaProducer : IAsyncDisposable
{
    private static readonly TimeSpan WhenFull = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Channel<MetricBatch> _queue;
    private readonly IProducer<string, byte[]> _producer;
    private readonly KafkaConnection _connection;
    private readonly StreamCounters _counters;
    private readonly TimeProvider _time;
    private readonly string _topic;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _pump;
    private readonly ITimer _looks;

    public KafkaProducer(MetricStreamOptions options, KafkaConnection connection, StreamCounters counters, TimeProvider time)
    {
        _connection = connection;
        _counters = counters;
        _time = time;
        _topic = options.Topic;
        _queue = Channel.CreateBounded<MetricBatch>(
            new BoundedChannelOptions(options.ProducerCapacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => counters.CountUnsent());
        _producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers,
            Acks = Acks.Leader,
            LingerMs = 20,
            MessageTimeoutMs = 30_000, // older than that a sample is of no use to anyone
            // Small: the queue that drops the oldest is ours; librdkafka's own refuses the newest.
            QueueBufferingMaxMessages = Math.Clamp(options.ProducerCapacity / 4, 100, 10_000),
            ReconnectBackoffMaxMs = 2_000,
            DeliveryReportFields = "none",
        }).SetErrorHandler((_, error) => connection.Report(error)).SetLogHandler((_, _) => { }).Build();
        _pump = PumpAsync();
        _looks = time.CreateTimer(_ => connection.Look(), null, BetweenLooks, BetweenLooks);
    }

    public void Offer(MetricBatch batch) => _queue.Writer.TryWrite(batch);

    public async ValueTask DisposeAsync()
    {
        await _looks.DisposeAsync();
        _queue.Writer.TryComplete();
        _stopping.CancelAfter(TimeSpan.FromSeconds(2));
        await _pump;
        _producer.Flush(TimeSpan.FromSeconds(2));
        _producer.Dispose();
        _stopping.Dispose();
    }

    private async Task PumpAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        await foreach (var batch in _queue.Reader.ReadAllAsync())
        {
            buffer.ResetWrittenCount();
            MetricBatchEncoding.Write(batch, buffer);
            var message = new Message<string, byte[]> { Key = batch.Application, Value = buffer.WrittenSpan.ToArray() };
            if (!await SendAsync(message)) _counters.CountUnsent();
        }
    }

    private async Task<bool> SendAsync(Message<string, byte[]> message)
    {
        var sending = _connection.Unacknowledged.Begin(_time.GetUtcNow());
        if (await ProduceAsync(message, sending)) return true;
        _connection.Unacknowledged.End(sending);
        return false;
    }

    private async Task<bool> ProduceAsync(Message<string, byte[]> message, Unacknowledged.Sending sending)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _producer.Produce(_topic, message, report => Delivered(sending, report));
                return true;
            }
            catch (ProduceException<string, byte[]> refused) when (refused.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(WhenFull, _time, CancellationToken.None);
            }
            catch (ProduceException<string, byte[]> refused)
            {
                // Too large, or the client is broken: this batch cannot be sent, the next one may.
                _connection.Report(refused.Error);
                return false;
            }
        }

        return false;
    }

    private void Delivered(Unacknowledged.Sending sending, DeliveryReport<string, byte[]> report)
    {
        _connection.Unacknowledged.End(sending);
        if (!report.Error.IsError)
        {
            _connection.Works();
            return;
        }

        _counters.CountUnsent();
        _connection.Report(report.Error);
    }
}
