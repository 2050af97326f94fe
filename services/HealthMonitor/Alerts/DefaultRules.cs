using Platform.Contracts.Metrics;

namespace Platform.HealthMonitor.Alerts;

/// <summary>The rules a new installation starts with; they can be changed and deleted like any other.</summary>
internal static class DefaultRules
{
    public static IReadOnlyList<AlertRule> All { get; } =
    [
        new()
        {
            Name = "error-rate",
            Description = "More than 5 % of the requests fail. If a rollout runs or has just ended, roll it back; otherwise look at the replicas' logs.",
            Metric = "errorRate",
            Aggregation = Aggregation.Mean,
            Window = TimeSpan.FromSeconds(30),
            Comparison = Comparison.Above,
            Threshold = 0.05,
            For = TimeSpan.FromSeconds(10),
            Severity = Severity.Critical,
            MinimumEvents = 20,
        },
        new()
        {
            Name = "slow-requests",
            Description = "The p95 latency is above 1 s. See whether the replicas are at their cpu limit and whether scaling is held.",
            Metric = MetricNames.Latency,
            Aggregation = Aggregation.P95,
            Comparison = Comparison.Above,
            Threshold = 1,
            For = TimeSpan.FromSeconds(30),
            Severity = Severity.Warning,
            MinimumEvents = 20,
        },
        new()
        {
            Name = "requests-held",
            Description = "The gateway holds requests because no replica is ready.",
            Metric = MetricNames.Held,
            Aggregation = Aggregation.Last,
            Window = TimeSpan.FromSeconds(10),
            Comparison = Comparison.Above,
            Threshold = 0,
            For = TimeSpan.FromSeconds(5),
            Severity = Severity.Critical,
        },
        new()
        {
            Name = "no-ready-replica",
            Description = "No replica of the application is ready.",
            Metric = MetricNames.ReadyReplicas,
            Aggregation = Aggregation.Max,
            Window = TimeSpan.FromSeconds(10),
            Comparison = Comparison.Below,
            Threshold = 1,
            For = TimeSpan.FromSeconds(15),
            Severity = Severity.Critical,
        },
    ];
}
