using Platform.Contracts.Metrics;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;
using Platform.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Gateway.Measuring;

/// <summary>Once per second, what was answered: by application, by revision and by replica.</summary>
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

    private static List<MetricSample> Samples(ApplicationTraffic traffic, IEnumerable<Replica> replicas)
    {
        var samples = new List<MetricSample>();
        var unrouted = traffic.Unrouted.Take();
        var whole = new Sum();
        whole.Add(unrouted, inFlight: 0);
        foreach (var revision in replicas.GroupBy(r => r.Revision, StringComparer.Ordinal))
        {
            var sum = new Sum();
            foreach (var replica in revision)
            {
                var interval = replica.Counters.Take();
                var inFlight = replica.InFlight;
                Add(samples, revision.Key, replica.Id, interval, inFlight);
                sum.Add(interval, inFlight);
            }

            Add(samples, revision.Key, "", sum.Interval, sum.InFlight);
            whole.Add(sum.Interval, sum.InFlight);
        }

        Add(samples, "", "", whole.Interval, whole.InFlight);
        samples.Add(new MetricSample(MetricNames.Held, "", "", traffic.Held));
        traffic.Retries.Refill(whole.Interval.Requests);
        return samples;
    }

    private static void Add(List<MetricSample> samples, string revision, string replica, TrafficInterval interval, int inFlight)
    {
        samples.Add(new MetricSample(MetricNames.Requests, revision, replica, interval.Requests));
        samples.Add(new MetricSample(MetricNames.Errors, revision, replica, interval.Errors));
        samples.Add(new MetricSample(MetricNames.InFlight, revision, replica, inFlight));
        if (interval.Latency.Count > 0) samples.Add(new MetricSample(MetricNames.Latency, revision, replica, interval.Latency.Count, interval.Latency));
    }

    private sealed class Sum
    {
        public TrafficInterval Interval { get; private set; } = new(0, 0, new LatencyHistogram());

        public int InFlight { get; private set; }

        public void Add(TrafficInterval interval, int inFlight)
        {
            Interval.Latency.Merge(interval.Latency);
            Interval = Interval with { Requests = Interval.Requests + interval.Requests, Errors = Interval.Errors + interval.Errors };
            InFlight += inFlight;
        }
    }
}
