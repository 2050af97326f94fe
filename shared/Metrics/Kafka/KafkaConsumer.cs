using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Kafka;

/// <summary>Reads the topic for one subscriber of this process, from now on.</summary>
internal sealed partial class KafkaConsumer(
    string subscriber, Subscription subscription, MetricStreamOptions options, KafkaConnection connection, StreamCounters counters, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan BeforeRestart = TimeSpan.FromSeconds(1);

    /// <summary>Blocks until cancelled. A client that broke for good is replaced.</summary>
    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Consume(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException broken)
            {
                connection.Report(broken.Error);
                LogRestart(log, subscriber, broken.Error.Reason);
                stop.WaitHandle.WaitOne(BeforeRestart);
            }
        }
    }

    private void Consume(CancellationToken stop)
    {
        using var answers = new KafkaAnswers(connection, time);
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = $"platform.{subscriber}.{options.Instance}",
            AutoOffsetReset = AutoOffsetReset.Latest,
            AllowAutoCreateTopics = true,
            EnableAutoCommit = true, // so that a rebalance goes on where it was, not at the end
            AutoCommitIntervalMs = 2_000,
            SessionTimeoutMs = 10_000,
            FetchWaitMaxMs = 100, // a sample is at most this late on a quiet topic
            ReconnectBackoffMaxMs = 2_000,
            TopicMetadataRefreshIntervalMs = 10_000,
            QueuedMaxMessagesKbytes = 16_384,
            SocketKeepaliveEnable = true,
            StatisticsIntervalMs = 1_000,
        }).SetErrorHandler((_, error) => connection.Report(error)).SetLogHandler((_, _) => { })
            .SetStatisticsHandler((_, statistics) => answers.Look(statistics))
            .SetPartitionsAssignedHandler((_, _) => connection.Works()) // a quiet topic delivers nothing, but it is there
            .Build();

        consumer.Subscribe(options.Topic);
        try
        {
            while (!stop.IsCancellationRequested) Take(consumer, stop);
        }
        finally
        {
            consumer.Close();
        }
    }

    private void Take(IConsumer<Ignore, byte[]> consumer, CancellationToken stop)
    {
        ConsumeResult<Ignore, byte[]> record;
        try
        {
            record = consumer.Consume(stop);
        }
        catch (ConsumeException problem) when (!problem.Error.IsFatal)
        {
            // A topic that does not exist yet, a broker that restarts: the client tries again by itself.
            connection.Report(problem.Error);
            return;
        }

        connection.Works();
        if (record.Message?.Value is { } bytes && MetricBatchEncoding.TryRead(bytes, out var batch)) subscription.Offer(batch!);
        else counters.CountPoison();
    }

    [LoggerMessage(2103, LogLevel.Warning, "The metric stream of {Subscriber} starts again: {Reason}.")]
    private static partial void LogRestart(ILogger log, string subscriber, string reason);
}
