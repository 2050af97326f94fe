using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Metrics;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Holding;
using Platform.Gateway.Measuring;
using Platform.Gateway.Routing;
using Platform.Gateway.Tests.Support;
using Platform.Metrics.Streaming;
using Platform.Metrics.Windows;
using Platform.Testing;

namespace Platform.Gateway.Tests.Measuring;

public sealed class SamplePublisherTests
{
    [Fact]
    public void Samples_are_told_by_replica_or_for_the_application_alone_and_only_once()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-").FullName;
        var time = new ManualTimeProvider();
        using var tables = new RouteTables(new RouteFile(Path.Combine(folder, "r.json"), UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance), new GatewayOptions(), time);
        var address = new Uri("http://127.0.0.1:1");
        tables.Apply(
            new RouteTable
            {
                Application = "shop",
                Generation = 1,
                Revisions =
                [
                    new RevisionRoute { Revision = "v1", Weight = 1, Replicas = [new ReplicaAddress { Id = "a", Address = address }, new ReplicaAddress { Id = "b", Address = address }] },
                    new RevisionRoute { Revision = "v2", Weight = 1, Replicas = [new ReplicaAddress { Id = "c", Address = address }] },
                ],
            },
            Guid.NewGuid());
        var counters = tables.Replicas.ToDictionary(r => r.Id, r => r.Counters);
        for (var i = 0; i < 10; i++) counters["a"].Record(0.010, error: false);
        for (var i = 0; i < 5; i++) counters["b"].Record(0.020, error: i == 0);
        counters["c"].Record(double.NaN, error: false);
        tables.Traffic.Single().Unrouted.Record(30, error: true);
        var c = tables.Replicas.Single(r => r.Id == "c");
        c.TryEnter();
        c.TryEnterMirrored();
        for (var i = 0; i < 4; i++) c.Mirrored.Record(0.030, error: i == 0);
        tables.Traffic.Single().HoldOne();
        var stream = new Recording();
        using var publisher = new SamplePublisher(tables, new HoldRoom(new GatewayOptions(), time), [], stream, time);

        publisher.Publish();
        publisher.Publish();

        double Value(int batch, string name, string revision, string replica) =>
            stream.Batches[batch].Samples.Single(s => s.Name == name && s.Revision == revision && s.Replica == replica).Value;
        Assert.Equal(("gateway", "shop", TimeSpan.FromSeconds(1)), (stream.Batches[0].Source, stream.Batches[0].Application, stream.Batches[0].Interval));
        Assert.Equal(10, Value(0, MetricNames.Requests, "v1", "a"));
        Assert.Equal(5, Value(0, MetricNames.Requests, "v1", "b"));
        Assert.Equal(1, Value(0, MetricNames.Errors, "v1", "b"));
        Assert.Equal(1, Value(0, MetricNames.Requests, "v2", "c"));
        Assert.Equal(1, Value(0, MetricNames.InFlight, "v2", "c"));
        Assert.Equal(4, Value(0, MetricNames.MirroredRequests, "v2", "c"));
        Assert.Equal(1, Value(0, MetricNames.MirroredErrors, "v2", "c"));
        Assert.Equal(4, Value(0, MetricNames.MirroredLatency, "v2", "c"));
        Assert.DoesNotContain(stream.Batches[1].Samples, s => s.Name.StartsWith("mirrored", StringComparison.Ordinal));
        Assert.Equal(1, Value(0, MetricNames.Requests, "", ""));
        Assert.Equal(1, Value(0, MetricNames.Errors, "", ""));
        Assert.Equal(1, Value(0, MetricNames.Held, "", ""));
        var latency = stream.Batches[0].Samples.Single(s => s.Name == MetricNames.Latency && s is { Revision: "v1", Replica: "a" }).Histogram!;
        Assert.InRange(latency.Quantile(0.5), 0.0099, 0.0101);
        Assert.Equal(0, Value(1, MetricNames.Requests, "v1", "a"));
        Assert.Equal(0, Value(1, MetricNames.Requests, "", ""));

        // Everyone who asks adds samples up: none may stand there twice.
        var windows = new MetricWindows(time);
        foreach (var batch in stream.Batches) windows.Add(batch);
        var second = windows.Over(TimeSpan.FromSeconds(1));
        Assert.Equal(17, second.Sum("shop", MetricNames.Requests));
        Assert.Equal(2, second.Sum("shop", MetricNames.Errors));
        Assert.Equal(15, second.Sum("shop", MetricNames.Requests, "v1"));
        Assert.Equal(1, second.Last("shop", MetricNames.InFlight));
        Assert.Equal(16, second.Histogram("shop", MetricNames.Latency).Count);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>In time that stands still, so that it cannot have come with the figures of a second.</summary>
    [Fact]
    public async Task The_first_request_that_waits_is_told_at_once_and_the_next_ones_with_the_seconds_figures()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-").FullName;
        var (time, stream, options) = (new ManualTimeProvider(), new Recording(), new GatewayOptions());
        using var tables = new RouteTables(new RouteFile(Path.Combine(folder, "r.json"), UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance), options, time);
        tables.Apply(new RouteTable { Application = "shop", Generation = 1, Revisions = [new RevisionRoute { Revision = "v1", Weight = 100, Replicas = [] }] }, Guid.NewGuid());
        var room = new HoldRoom(options, time);
        using var publisher = new SamplePublisher(tables, room, [], stream, time);
        await publisher.StartAsync(CancellationToken.None);
        var traffic = tables.Traffic.Single();

        Assert.True(room.TryEnter(traffic));
        await Eventually.TrueAsync(() => stream.Batches.Count == 1, "it is told");
        Assert.Equal((MetricNames.Held, 1), (Assert.Single(stream.Batches[0].Samples).Name, stream.Batches[0].Samples[0].Value));
        for (var i = 0; i < 3; i++)
        {
            room.Leave(traffic);
            Assert.True(room.TryEnter(traffic));
        }

        publisher.Publish();
        Assert.Equal(2, stream.Batches.Count);
        Assert.Equal(1, stream.Batches[1].Samples.Single(s => s.Name == MetricNames.Held).Value);
        await publisher.StopAsync(CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("gateway", true)]
    [InlineData("told", true)]
    [InlineData("silent", false)]
    public void None_counted_here_says_nothing_where_clients_come_by_a_router_that_tells_nothing(string router, bool told)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-").FullName;
        var (time, stream, options) = (new ManualTimeProvider(), new Recording(), new GatewayOptions());
        using var tables = new RouteTables(new RouteFile(Path.Combine(folder, "r.json"), UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance), options, time);
        tables.Apply(new RouteTable { Application = "shop", Generation = 1, Router = router, Revisions = [new RevisionRoute { Revision = "v1", Weight = 100, Replicas = [] }] }, Guid.NewGuid());
        using var publisher = new SamplePublisher(tables, new HoldRoom(options, time), [new RecordingRouter("told") { TellsRequests = true }, new RecordingRouter("silent")], stream, time);

        publisher.Publish();
        Assert.Equal(told, stream.Batches[0].Samples.Any(s => s.Name == MetricNames.Requests));
        tables.Traffic.Single().Unrouted.Record(30, error: true);
        publisher.Publish();
        Assert.Contains(stream.Batches[1].Samples, s => s is { Name: MetricNames.Requests, Value: 1 });
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Recording : IMetricStream
    {
        public List<MetricBatch> Batches { get; } = [];

        public void Publish(MetricBatch batch) => Batches.Add(batch);

        public IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
