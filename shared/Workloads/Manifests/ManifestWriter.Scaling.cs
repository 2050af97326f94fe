using Platform.Contracts.Scaling;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests;

/// <summary>The <c>scaling.metrics</c> list.</summary>
public static partial class ManifestWriter
{
    private static void ScalingMetrics(Lines yaml, IReadOnlyList<MetricTarget> metrics)
    {
        if (metrics.Any(metric => metric.Source is not null)) yaml.Items("metrics", metrics, metric => ScalingMetric(yaml, metric));
        else yaml.Member("metrics", List(metrics.Select(metric => $"{{ name: {Quoted(metric.Name)}, target: {TargetOf(metric)} }}")));
    }

    private static void ScalingMetric(Lines yaml, MetricTarget metric)
    {
        yaml.Member("name", Quoted(metric.Name));
        yaml.Member("target", TargetOf(metric));
        if (metric.Source is null) return;
        if (metric.Prometheus is { } prometheus)
        {
            yaml.Section("prometheus", () =>
            {
                yaml.Member("address", Quoted(prometheus.Address));
                yaml.Member("query", Quoted(prometheus.Query));
                Pairs(yaml, "headers", prometheus.Headers);
            });
        }

        if (metric.RabbitMq is { } rabbitMq) yaml.Section("rabbitmq", () => Queue(yaml, rabbitMq));
        yaml.Member("activation", PlainNumber.Format(metric.Activation));
        yaml.Member("interval", Duration.Format(metric.Interval));
        yaml.Member("timeout", Duration.Format(metric.Timeout));
    }

    private static void Queue(Lines yaml, RabbitMqMetric metric)
    {
        yaml.Member("host", Quoted(metric.Host));
        yaml.Member("queue", Quoted(metric.Queue));
        yaml.Member("virtualHost", Quoted(metric.VirtualHost));
        yaml.Member("mode", metric.Mode);
        if (metric.ExcludeUnacknowledged) yaml.Member("excludeUnacknowledged", Text(true));
        yaml.Member("username", Quoted(metric.Username));
        if (metric.Password is { } password) yaml.Member("password", Quoted(password));
    }

    private static string TargetOf(MetricTarget metric) => metric.Name is "cpu" or "memory" ? Percentage.Format(metric.Target) : PlainNumber.Format(metric.Target);
}
