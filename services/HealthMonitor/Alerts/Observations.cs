using Platform.Contracts.Metrics;
using Platform.HealthMonitor.Live;
using Platform.Metrics.Windows;

namespace Platform.HealthMonitor.Alerts;

/// <summary>Reads what a rule asks for out of the windows.</summary>
internal static class Observations
{
    public static Observation Of(MetricWindows windows, AlertRule rule, string application)
    {
        var window = windows.Over(rule.Window);
        var requests = (long)(window.Sum(application, MetricNames.Requests) ?? 0);
        var isAtRest = rule.Metric == MetricNames.ReadyReplicas && window.Last(application, LiveMetrics.SampledWanted) is 0;
        return new Observation(Value(window, rule, application), requests, isAtRest);
    }

    private static double? Value(MetricWindow window, AlertRule rule, string application)
    {
        if (rule.Metric == "errorRate")
        {
            // No requests: no errors. Nothing reported at all: not known.
            return window.Ratio(application, MetricNames.Errors, MetricNames.Requests)
                ?? (window.Sum(application, MetricNames.Requests) is null ? null : 0);
        }

        var metric = rule.Metric switch
        {
            MetricNames.RequestsPerSecond => MetricNames.Requests,
            MetricNames.ReadyReplicas => LiveMetrics.SampledReady,
            MetricNames.WantedReplicas => LiveMetrics.SampledWanted,
            _ => rule.Metric,
        };
        return rule.Aggregation switch
        {
            Aggregation.Rate => window.Rate(application, metric),
            Aggregation.Mean => window.Mean(application, metric),
            Aggregation.Max => window.Maximum(application, metric),
            Aggregation.Last => window.Last(application, metric),
            Aggregation.P50 => Quantile(window, 0.50, application, metric),
            Aggregation.P95 => Quantile(window, 0.95, application, metric),
            _ => Quantile(window, 0.99, application, metric),
        };
    }

    /// <summary>Without requests there is no latency, and that is good news as long as the gateway reports at all.</summary>
    private static double? Quantile(MetricWindow window, double q, string application, string metric) =>
        window.Quantile(q, application, metric) ?? (window.Sum(application, MetricNames.Requests) is null ? null : 0);
}
