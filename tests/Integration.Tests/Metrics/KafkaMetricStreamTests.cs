using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Platform.Testing;

namespace Platform.Integration.Tests.Metrics;

/// <summary>What only the Kafka stream has to cope with: other instances, strangers on the topic, brokers that go away.</summary>
public sealed class KafkaMetricStreamTests
{
    [Fact]
    public async Task SubscribeAsync_TwoInstancesOfAService_BothSeeEverything()
    {
        using var cluster = Start();
        await using var one = Streams.On(cluster.BootstrapServers);
        await using var other = Streams.On(cluster.BootstrapServers);
        await using var first = new Listener(one, "autoscaler");
        await using var second = new Listener(other, "autoscaler");
        await first.JoinAsync(one);
        await second.JoinAsync(other);
        for (var i = 0; i < 50; i++) one.Publish(Listener.Numbered($"app{i}", i));
        await Deadline.UntilAsync("both have all fifty", () => Count(first) == 50 && Count(second) == 50);

        static int Count(Listener listener) => listener.Seen.Count(batch => batch.Application.StartsWith("app", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SubscribeAsync_StrangeRecords_AreSkippedAndCounted()
    {
        using var cluster = Start();
        await using var stream = Streams.On(cluster.BootstrapServers);
        await using var listener = new Listener(stream, "reader");
        await listener.JoinAsync(stream);
        using var stranger = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers }).Build();
        byte[]?[] records = [[], [1, 2, 3], "{\"json\":true}"u8.ToArray(), null, [(byte)'M', 99, 0], [(byte)'M', 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]];
        foreach (var record in records) await stranger.ProduceAsync("platform.metrics", new Message<string, byte[]?> { Key = "shop", Value = record });
        stream.Publish(Listener.Numbered("shop", 7));
        await Deadline.UntilAsync("the batch behind the strange records arrives", () => listener.NumbersOf("shop").Count == 1);
        await Deadline.UntilAsync("they are counted", () => stream.Figures.Poison == records.Length);
    }

    [Fact]
    public async Task Publish_BrokersGoAwayAndComeBack_SaysSoAndGoesOn()
    {
        using var cluster = Start();
        await using var stream = Streams.On(cluster.BootstrapServers);
        await using var listener = new Listener(stream, "reader");
        await listener.JoinAsync(stream);
        for (var broker = 1; broker <= 3; broker++) cluster.Down(broker);
        stream.Publish(Listener.Numbered("during", 1));
        await Deadline.UntilAsync(
            "the outage is reported", () => stream.WaitingFor is { } said && said.Contains(cluster.BootstrapServers, StringComparison.Ordinal) && said.Contains("unacknowledged", StringComparison.Ordinal), seconds: 10);

        for (var broker = 1; broker <= 3; broker++) cluster.Up(broker);
        await Deadline.UntilAsync("the stream flows again", () =>
        {
            stream.Publish(Listener.Numbered("after", 1));
            return listener.NumbersOf("after").Count > 0;
        });
        await Deadline.UntilAsync("what was published meanwhile arrives", () => listener.NumbersOf("during").Count > 0);
        await Deadline.UntilAsync("it waits for nothing", () => stream.WaitingFor is null);
    }

    [Fact]
    public async Task SubscribeAsync_WhoOnlyReads_ToldWithinSecondsToo()
    {
        using var cluster = Start();
        await using var writer = Streams.On(cluster.BootstrapServers);
        await using var stream = Streams.On(cluster.BootstrapServers);
        await using var listener = new Listener(stream, "reader");
        await listener.JoinAsync(writer);
        for (var broker = 1; broker <= 3; broker++) cluster.Down(broker);
        await Deadline.UntilAsync("the outage is reported", () => stream.WaitingFor is not null, seconds: 12);
        for (var broker = 1; broker <= 3; broker++) cluster.Up(broker);
        await Deadline.UntilAsync("it waits for nothing", () => stream.WaitingFor is null);
    }

    [Fact]
    public async Task Publish_NoBroker_NeverBlocksOrThrowsAndDropsTheOldestCounted()
    {
        Assert.SkipWhen(MockKafkaCluster.Unavailable is not null, $"No Kafka: {MockKafkaCluster.Unavailable}");
        await using var stream = Streams.On($"127.0.0.1:{ClosedPort()}", producerCapacity: 400);
        await using var listener = new Listener(stream, "reader");
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 5_000; i++) stream.Publish(Listener.Numbered("shop", i));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        await Deadline.UntilAsync("the outage is reported", () => stream.WaitingFor is not null);
        // 400 wait in the queue, a quarter of that in the client, one between the two.
        Assert.InRange(stream.Figures.Unsent, 4_000, 4_700);
        Assert.Equal(5_000, stream.Figures.Published);
    }

    private static MockKafkaCluster Start()
    {
        Assert.SkipWhen(MockKafkaCluster.Unavailable is not null, $"No Kafka: {MockKafkaCluster.Unavailable}");
        return MockKafkaCluster.Start();
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
