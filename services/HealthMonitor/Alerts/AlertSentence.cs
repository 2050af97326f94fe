using System.Globalization;
using Platform.Contracts.Metrics;
using Platform.Contracts.Units;

namespace Platform.HealthMonitor.Alerts;

/// <summary>What an alert saw, in one sentence.</summary>
internal static class AlertSentence
{
    public static string Of(AlertRule rule, string application, double value)
    {
        if (rule.Metric == "servicesUp") return $"Service {rule.Name["service-down-".Length..]} has missed three reports and counts as down.";
        var side = rule.Comparison is Comparison.Above ? "above" : "below";
        var lasting = rule.For > TimeSpan.Zero ? $" for {Duration.Format(rule.For)}" : "";
        return $"{What(rule)} of {application} has been {side} {Number(rule, rule.Threshold)}{lasting}: {Number(rule, value)} over the last {Duration.Format(rule.Window)}.";
    }

    private static string What(AlertRule rule) => rule.Metric switch
    {
        "errorRate" => "The error rate",
        MetricNames.Latency => $"The {rule.Aggregation.ToString().ToLower(CultureInfo.InvariantCulture)} latency",
        MetricNames.Held => "The number of held requests",
        MetricNames.ReadyReplicas => "The number of ready replicas",
        _ => $"{rule.Metric} ({rule.Aggregation.ToString().ToLower(CultureInfo.InvariantCulture)})",
    };

    private static string Number(AlertRule rule, double value) => rule.Metric switch
    {
        "errorRate" => (value * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %",
        MetricNames.Latency => (value * 1000).ToString("0.#", CultureInfo.InvariantCulture) + " ms",
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
