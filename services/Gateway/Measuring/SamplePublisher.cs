using System.Threading.Channels;
using Platform.Contracts.Metrics;
using Platform.Gateway.Holding;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routers;
using Platform.Gateway.Routing;
using Platform.Metrics.Streaming;

namespace Platform.Gateway.Measuring;

/// <summary>Once per second, what was answered, by replica; and at once that requests begin to wait, for somebody may have to start a replica for them.</summary>
internal sealed class SamplePublisher : BackgroundService
{
    private const int MostAtOnce = 1_024;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Channel<ApplicationTraffic> _holding = Channel.CreateBounded<ApplicationTraffic>(new BoundedChannelOptions(MostAtOnce) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RouteTables _tables;
    private readonly HashSet<string> _told;
    private readonly IMetricStream _stream;
    private readonly TimeProvider _time;

    public SamplePublisher(RouteTables tables, HoldRoom holdRoom, IEnumerable<ITrafficRouter> routers, IMetricStream stream, TimeProvider time)
    {
        (_tables, _stream, _time) = (tables, stream, time);
        _told = [RouterSet.Own, .. routers.Where(r => r.TellsRequests).Select(r => r.Name)];
        holdRoom.Begins = traffic => _holding.Writer.TryWrite(traffic);
    }

    /// <summary>Publishes what ended since the last call.</summary>
    internal void Publish()
    {
        var now = _time.GetUtcNow();
        var replicas = _tables.Replicas.ToLookup(r => r.Application, StringComparer.Ordinal);
        foreach (var traffic in _tables.Traffic) Publish(traffic, now, Samples(traffic, replicas[traffic.Application]));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(PublishAsync(stoppingToken), TellHoldingAsync(stoppingToken));

    private async Task PublishAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) Publish();
    }

    private async Task TellHoldingAsync(CancellationToken stoppingToken)
    {
        await foreach (var traffic in _holding.Reader.ReadAllAsync(stoppingToken))
        {
            // Nobody waits any more: then nobody need be told.
            if (traffic.Held is > 0 and var held) Publish(traffic, _time.GetUtcNow(), [new MetricSample(MetricNames.Held, "", "", held)]);
        }
    }

    private void Publish(ApplicationTraffic traffic, DateTimeOffset now, IReadOnlyList<MetricSample> samples) =>
        _stream.Publish(new MetricBatch { Source = "gateway", Application = traffic.Application, At = now, Interval = Interval, Samples = samples });

    /// <summary>
    /// Disjoint, because whoever reads them adds them up: a request stands with the replica that answered it, or, answered by none, with
    /// the application alone. Where clients come by a router that tells nothing of their requests, none here is not none at all, and is not told.
    /// </summary>
    private List<MetricSample> Samples(ApplicationTraffic traffic, IEnumerable<Replica> replicas)
    {
        var samples = new List<MetricSample>();
        var requests = 0L;
        foreach (var replica in replicas)
        {
            requests += Add(samples, replica.Revision, replica.Id, replica.Counters.Take(), replica.Serving);
            if (replica.Mirrored.HasNew) AddMirrored(samples, replica, replica.Mirrored.Take());
        }

        requests += Add(samples, "", "", traffic.Unrouted.Take(), inFlight: 0);
        if (requests == 0 && _tables.Find(traffic.Application) is { } table && !_told.Contains(table.Router))
            samples.RemoveAll(s => s.Name is MetricNames.Requests or MetricNames.Errors or MetricNames.InFlight);
        samples.Add(new MetricSample(MetricNames.Held, "", "", traffic.TakeHeld()));
        traffic.Retries.Refill(requests);
        return samples;
    }

    private static long Add(List<MetricSample> samples, string revision, string replica, TrafficInterval interval, int inFlight)
    {
        samples.Add(new MetricSample(MetricNames.Requests, revision, replica, interval.Requests));
        samples.Add(new MetricSample(MetricNames.Errors, revision, replica, interval.Errors));
        samples.Add(new MetricSample(MetricNames.InFlight, revision, replica, inFlight));
        if (interval.Latency.Count > 0) samples.Add(new MetricSample(MetricNames.Latency, revision, replica, interval.Latency.Count, interval.Latency));
        return interval.Requests;
    }

    /// <summary>Under names of their own: they are no demand of the application's, and no client met their errors.</summary>
    private static void AddMirrored(List<MetricSample> samples, Replica replica, TrafficInterval interval)
    {
        samples.Add(new MetricSample(MetricNames.MirroredRequests, replica.Revision, replica.Id, interval.Requests));
        samples.Add(new MetricSample(MetricNames.MirroredErrors, replica.Revision, replica.Id, interval.Errors));
        if (interval.Latency.Count > 0) samples.Add(new MetricSample(MetricNames.MirroredLatency, replica.Revision, replica.Id, interval.Latency.Count, interval.Latency));
    }
}
