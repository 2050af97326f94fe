using System.Globalization;
using Platform.Contracts.Scaling;
using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Sections;

namespace Platform.Workloads.Manifests;

/// <summary>The lists of <c>scaling</c>: metrics, rules, schedules.</summary>
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

    private static void ScalingRuleOf(Lines yaml, ScalingRule rule)
    {
        yaml.Member("metric", Quoted(rule.Metric));
        yaml.Member(rule.Above is null ? "below" : "above", ScalingRuleSection.Written(rule));
        yaml.Member("for", Duration.Format(rule.For));
        yaml.Member("change", rule.Change.ToString(CultureInfo.InvariantCulture));
        yaml.Member("coolDown", Duration.Format(rule.CoolDown));
    }

    private static void ScheduleOf(Lines yaml, ScalingSchedule schedule)
    {
        yaml.Member("name", Quoted(schedule.Name));
        if (schedule.Days.Count > 0) yaml.Member("days", List(schedule.Days.Select(day => day.ToString().ToLowerInvariant())));
        if (schedule.Begins is { } begins) yaml.Member("begins", Quoted(begins));
        if (schedule.Ends is { } ends) yaml.Member("ends", Quoted(ends));
        if (schedule.Cron is { } cron) yaml.Member("cron", Quoted(cron));
        if (schedule.For is { } lasts) yaml.Member("for", Duration.Format(lasts));
        if (schedule.From is { } from) yaml.Member("from", Quoted(ScheduleSection.Written(from)));
        if (schedule.To is { } to) yaml.Member("to", Quoted(ScheduleSection.Written(to)));
        yaml.Member("timeZone", Quoted(schedule.TimeZone));
        if (schedule.Min is { } min) yaml.Member("min", Text(min));
        if (schedule.Max is { } max) yaml.Member("max", Text(max));
    }

    private static string TargetOf(MetricTarget metric) => metric.Name is "cpu" or "memory" ? Percentage.Format(metric.Target) : PlainNumber.Format(metric.Target);
}
