using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Metrics.Kafka;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Integration.Tests.Metrics;

public sealed class KafkaMetricStreamConformance : MetricStreamConformance
{
    private MockKafkaCluster? _cluster;
    private KafkaMetricStream? _stream;

    private protected override IMetricStream Stream => _stream!;

    private protected override IMetricStreamStatus Status => _stream!;

    public override ValueTask InitializeAsync()
    {
        Assert.SkipWhen(MockKafkaCluster.Unavailable is not null, $"No Kafka: {MockKafkaCluster.Unavailable}");
        _cluster = MockKafkaCluster.Start();
        _stream = Streams.On(_cluster.BootstrapServers);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_stream is not null) await _stream.DisposeAsync();
        _cluster?.Dispose();
    }
}

internal static class Streams
{
    public static KafkaMetricStream On(string servers, int producerCapacity = 8192) => new(
        Options.Create(new MetricStreamOptions { Kind = MetricStreamKind.Kafka, BootstrapServers = servers, Topic = "platform.metrics", ProducerCapacity = producerCapacity }),
        TimeProvider.System,
        NullLogger<KafkaMetricStream>.Instance);
}
