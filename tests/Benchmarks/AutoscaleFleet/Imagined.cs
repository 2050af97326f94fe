using Platform.Contracts.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Benchmarks.AutoscaleFleet;

/// <summary>An application that is not there, as the gateway and the owner of replicas would measure it.</summary>
internal sealed class Imagined(string name, int replicas)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public string Name => name;

    public int Replicas { get; } = replicas;

    public string[] Ids { get; } = [.. Enumerable.Range(0, replicas).Select(i => $"{name}-r{i}")];

    /// <summary>Requests per second.</summary>
    public double Demand { get; set; } = 45.0 * replicas;

    /// <summary>Replicas wanted.</summary>
    public int Wanted { get; set; } = replicas;

    public IEnumerable<MetricBatch> Measure(DateTimeOffset at)
    {
        var requests = new List<MetricSample>((Replicas * 3) + 1);
        var usage = new List<MetricSample>((Replicas * 2) + 2);
        foreach (var id in Ids)
        {
            requests.Add(new MetricSample(MetricNames.Requests, "v1", id, Demand / Replicas));
            requests.Add(new MetricSample(MetricNames.Errors, "v1", id, 0));
            requests.Add(new MetricSample(MetricNames.InFlight, "v1", id, 1));
            usage.Add(new MetricSample(MetricNames.Cpu, "v1", id, Demand / Replicas * 0.01));
            usage.Add(new MetricSample(MetricNames.Memory, "v1", id, 100e6));
        }

        requests.Add(new MetricSample(MetricNames.Held, "", "", 0));
        usage.Add(new MetricSample(MetricNames.ReadyReplicas, "", "", Wanted));
        usage.Add(new MetricSample(MetricNames.WantedReplicas, "", "", Wanted));
        yield return new MetricBatch { Source = "gateway", Application = name, At = at, Interval = Second, Samples = requests };
        yield return new MetricBatch { Source = "deployment", Application = name, At = at, Interval = Second, Samples = usage };
    }
}
