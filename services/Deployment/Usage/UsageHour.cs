using Platform.Contracts.Metrics;
using Platform.Deployment.Analysis;
using Platform.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Deployment.Usage;

/// <summary>What an application did and used in an hour, or in a part of it: sums, so that parts add up.</summary>
internal sealed class UsageHour(string application, DateTimeOffset hour)
{
    /// <summary>The application.</summary>
    public string Application { get; } = application;
    /// <summary>When the hour began.</summary>
    public DateTimeOffset Hour { get; } = hour;
    /// <summary>Requests that ended in it.</summary>
    public long Requests { get; init; }
    /// <summary>Those of them that failed: a 5xx status, or no answer.</summary>
    public long Errors { get; init; }
    /// <summary>Their latencies.</summary>
    public LatencyHistogram Latencies { get; init; } = new();
    /// <summary>CPU time of all replicas, in seconds.</summary>
    public double CpuSeconds { get; init; }
    /// <summary>Memory of all replicas times how long they held it, in byte seconds.</summary>
    public double MemoryByteSeconds { get; init; }
    /// <summary>Seconds in which fewer replicas were ready than wanted.</summary>
    public double ShortSeconds { get; init; }
    /// <summary>Seconds in which none was ready, although some were wanted.</summary>
    public double OutSeconds { get; init; }

    /// <summary>The beginning of the hour that a moment lies in.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    /// <summary>What one batch of the metric stream tells.</summary>
    public static UsageHour Of(MetricBatch batch)
    {
        var seconds = batch.Interval.TotalSeconds;
        var revisions = batch.Samples.ToLookup(s => s.Revision);
        var latencies = new LatencyHistogram();
        foreach (var histogram in Samples(MetricNames.Latency).Select(s => s.Histogram).OfType<LatencyHistogram>()) latencies.Merge(histogram);
        // Replicas are told revision by revision, and once for all of them.
        var ready = Overall(MetricNames.ReadyReplicas);
        var wanted = Overall(MetricNames.WantedReplicas);
        return new UsageHour(batch.Application, HourOf(batch.At))
        {
            Requests = (long)Samples(MetricNames.Requests).Sum(s => s.Value),
            Errors = (long)Samples(MetricNames.Errors).Sum(s => s.Value),
            Latencies = latencies,
            CpuSeconds = Samples(MetricNames.Cpu).Sum(s => s.Value) * seconds,
            MemoryByteSeconds = Samples(MetricNames.Memory).Sum(s => s.Value) * seconds,
            ShortSeconds = ready < wanted ? seconds : 0,
            OutSeconds = ready == 0 && wanted > 0 ? seconds : 0,
        };

        IEnumerable<MetricSample> Samples(string name) => revisions.SelectMany(revision => RevisionMetrics.Whole(revision, name));
        double Overall(string name) => revisions[""].Where(s => s.Name == name).Sum(s => s.Value);
    }

    /// <summary>Both together, under this one's hour.</summary>
    public UsageHour Plus(UsageHour other)
    {
        var latencies = Latencies.Clone();
        latencies.Merge(other.Latencies);
        return new UsageHour(Application, Hour)
        {
            Requests = Requests + other.Requests,
            Errors = Errors + other.Errors,
            Latencies = latencies,
            CpuSeconds = CpuSeconds + other.CpuSeconds,
            MemoryByteSeconds = MemoryByteSeconds + other.MemoryByteSeconds,
            ShortSeconds = ShortSeconds + other.ShortSeconds,
            OutSeconds = OutSeconds + other.OutSeconds,
        };
    }
}
