using Platform.Autoscaler.Anomalies.Detection;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>What is rare need not matter: one failed request after a day without is as rare as an outage. Nobody is told of what is too small to act on.</summary>
internal static class Materiality
{
    /// <summary>Deviations below this share of the usual are not news.</summary>
    private const double LeastShare = 0.1;

    private const double Critical = 0.998;

    /// <summary>True: the value is so far from the middle of what is usual that someone might act.</summary>
    public static bool Matters(string metric, double value, ExpectedRange expected) =>
        Math.Abs(value - expected.Middle) >= Math.Max(Least(metric), LeastShare * Math.Abs(expected.Middle));

    /// <summary>Bad for users and very rare: critical; either: warning; else info.</summary>
    public static string Severity(string metric, double value, ExpectedRange expected, double score)
    {
        var hurts = metric switch
        {
            MetricNames.Errors or MetricNames.Latency or MetricNames.Held or MetricNames.InFlight => value > expected.High,
            MetricNames.Requests or MetricNames.ReadyReplicas => value < expected.Low,
            _ => false,
        };
        return hurts && score >= Critical ? "critical" : hurts || score >= Critical ? "warning" : "info";
    }

    /// <summary>In the metric's unit; requests and errors are per second.</summary>
    private static double Least(string metric) => metric switch
    {
        MetricNames.Requests => 1,
        MetricNames.Errors => 0.1,
        MetricNames.Latency => 0.01,
        MetricNames.Cpu => 0.05,
        MetricNames.Memory => 16 << 20,
        MetricNames.InFlight or MetricNames.Held => 2,
        _ => 0,
    };
}
