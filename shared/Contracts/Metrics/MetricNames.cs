namespace Platform.Contracts.Metrics;

/// <summary>The names of the metrics that the platform itself puts on the stream, with their units.</summary>
public static class MetricNames
{
    /// <summary>Requests ended in the interval (count).</summary>
    public const string Requests = "requests";
    /// <summary>Requests ended in the interval with a 5xx status or no answer (count).</summary>
    public const string Errors = "errors";
    /// <summary>Requests under way at the end of the interval (gauge).</summary>
    public const string InFlight = "inFlight";
    /// <summary>Latency of the requests ended in the interval (histogram, seconds).</summary>
    public const string Latency = "latency";
    /// <summary>Copies of other revisions' requests ended in the interval (count). No client waits for them: they are no demand.</summary>
    public const string MirroredRequests = "mirroredRequests";
    /// <summary>Copies ended in the interval with a 5xx status or no answer (count).</summary>
    public const string MirroredErrors = "mirroredErrors";
    /// <summary>Latency of the copies ended in the interval (histogram, seconds).</summary>
    public const string MirroredLatency = "mirroredLatency";
    /// <summary>Requests held because no replica was ready, at the end of the interval (gauge).</summary>
    public const string Held = "held";
    /// <summary>CPU used (gauge, cores).</summary>
    public const string Cpu = "cpu";
    /// <summary>Memory used (gauge, bytes).</summary>
    public const string Memory = "memory";
    /// <summary>Replicas that serve (gauge).</summary>
    public const string ReadyReplicas = "readyReplicas";
    /// <summary>Replicas wanted (gauge).</summary>
    public const string WantedReplicas = "wantedReplicas";
    /// <summary>As a scaling metric: requests per second and replica, derived from <see cref="Requests"/>.</summary>
    public const string RequestsPerSecond = "requestsPerSecond";

    /// <summary>Every name that the platform gives itself.</summary>
    public static IReadOnlyCollection<string> All { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        Requests, Errors, InFlight, Latency, MirroredRequests, MirroredErrors, MirroredLatency, Held, Cpu, Memory, ReadyReplicas, WantedReplicas, RequestsPerSecond,
    };
}
