using Platform.Contracts.Metrics;
using Platform.Metrics.Windows;

namespace Platform.HealthMonitor.Live;

/// <summary>How an application, or one revision of it, does now. Null: not measured.</summary>
internal sealed record LiveFigures
{
    public double? RequestsPerSecond { get; init; }

    /// <summary>0 to 1.</summary>
    public double? ErrorRate { get; init; }

    public double? P50Milliseconds { get; init; }

    public double? P95Milliseconds { get; init; }

    public double? P99Milliseconds { get; init; }

    public double? InFlight { get; init; }

    /// <summary>Requests the gateway holds because no replica is ready.</summary>
    public double? Held { get; init; }

    /// <summary>Cores.</summary>
    public double? Cpu { get; init; }

    public double? MemoryBytes { get; init; }

    public static LiveFigures Of(MetricWindow window, string application, string? revision = null)
    {
        var latency = window.Histogram(application, MetricNames.Latency, revision);
        return new LiveFigures
        {
            RequestsPerSecond = Rounded(window.Rate(application, MetricNames.Requests, revision), 2),
            ErrorRate = Rounded(window.Ratio(application, MetricNames.Errors, MetricNames.Requests, revision), 5),
            P50Milliseconds = Milliseconds(latency, 0.50),
            P95Milliseconds = Milliseconds(latency, 0.95),
            P99Milliseconds = Milliseconds(latency, 0.99),
            InFlight = window.Last(application, MetricNames.InFlight, revision),
            Held = window.Last(application, MetricNames.Held, revision),
            Cpu = Rounded(Total(window.MeanPerReplica(application, MetricNames.Cpu, revision)), 3),
            MemoryBytes = Rounded(Total(window.MeanPerReplica(application, MetricNames.Memory, revision)), 0),
        };
    }

    private static double? Total(IReadOnlyDictionary<string, double> perReplica) => perReplica.Count == 0 ? null : perReplica.Values.Sum();

    private static double? Milliseconds(Metrics.LatencyHistogram latency, double quantile) =>
        latency.Count == 0 ? null : Rounded(latency.Quantile(quantile) * 1000, 3);

    private static double? Rounded(double? value, int digits) => value is { } number && double.IsFinite(number) ? Math.Round(number, digits) : null;
}
