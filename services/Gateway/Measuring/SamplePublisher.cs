using Platform.Contracts.Metrics;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;
using Platform.Metrics.Streaming;

namespace Platform.Gateway.Measuring;

/// <summary>Once per second, what was answered, by replica.</summary>
internal sealed class SamplePublisher(RouteTables tables, IMetricStream stream, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Publishes what ended since the last call.</summary>
    internal void Publish()
    {
        var now = time.GetUtcNow();
        var replicas = tables.Replicas.ToLookup(r => r.Application, StringComparer.Ordinal);
        foreach (var traffic in tables.Traffic)
        {
            stream.Publish(new MetricBatch
            {
                Source = "gateway",
                Application = traffic.Application,
                At = now,
                Interval = Interval,
                Samples = Samples(traffic, replicas[traffic.Application]),
            });
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) Publish();
    }

    /// <summary>
    /// Disjoint, because whoever reads them adds them up: a request stands with the replica that answered it, or, answered by none, with
    /// the application alone.
    /// </summary>
    private static List<MetricSample> Samples(ApplicationTraffic traffic, IEnumerable<Replica> replicas)
    {
        var samples = new List<MetricSample>();
        var requests = 0L;
        foreach (var replica in replicas)
        {
            requests += Add(samples, replica.Revision, replica.Id, replica.Counters.Take(), replica.Serving);
            if (replica.Mirrored.HasNew) AddMirrored(samples, replica, replica.Mirrored.Take());
        }

        requests += Add(samples, "", "", traffic.Unrouted.Take(), inFlight: 0);
        samples.Add(new MetricSample(MetricNames.Held, "", "", traffic.Held));
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
