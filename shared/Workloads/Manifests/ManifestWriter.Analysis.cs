using System.Globalization;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests;

/// <summary>The <c>rollout.analysis</c> section.</summary>
public static partial class ManifestWriter
{
    private static void Analysis(Lines yaml, AnalysisSpec analysis)
    {
        yaml.Member("errorRate", Percentage.Format(analysis.ErrorRate));
        if (analysis.P95 is { } p95) yaml.Member("p95", Duration.Format(p95));
        yaml.Member("judge", analysis.Judge);
        yaml.Member("minRequests", Text(analysis.MinRequests));
        if (analysis.Metrics.Count > 0) yaml.Items("metrics", analysis.Metrics, metric => Metric(yaml, metric, analysis.Judge));
        if (analysis.GroupWeights.Count > 0)
        {
            yaml.Section("groupWeights", () =>
            {
                foreach (var (group, weight) in analysis.GroupWeights.OrderBy(g => g.Key, StringComparer.Ordinal)) yaml.Member(Quoted(group), PlainNumber.Format(weight));
            });
        }

        if (analysis.Synthetic is not { } synthetic) return;
        yaml.Section("synthetic", () =>
        {
            yaml.Member("path", Quoted(synthetic.Path));
            yaml.Member("rate", Text(synthetic.Rate));
        });
    }

    private static void Metric(Lines yaml, AnalysisMetricSpec metric, string judge)
    {
        yaml.Member("name", Quoted(metric.Name));
        switch (metric.Source)
        {
            case PrometheusSpec prometheus:
                yaml.Section("prometheus", () =>
                {
                    yaml.Member("address", Quoted(prometheus.Address));
                    yaml.Member("query", Quoted(prometheus.Query));
                    Pairs(yaml, "headers", prometheus.Headers);
                });
                break;
            case WebSpec web:
                yaml.Section("web", () =>
                {
                    yaml.Member("url", Quoted(web.Url));
                    yaml.Member("jsonPath", Quoted(web.JsonPath));
                    Pairs(yaml, "headers", web.Headers);
                });
                break;
            case CommandSpec command:
                yaml.Member("command", List(command.Command.Select(Quoted)));
                break;
        }

        yaml.Member("interval", Duration.Format(metric.Interval));
        yaml.Member("initialDelay", Duration.Format(metric.InitialDelay));
        yaml.Member("timeout", Duration.Format(metric.Timeout));
        if (metric.Max is { } max) yaml.Member("max", Number(max));
        if (metric.Min is { } min) yaml.Member("min", Number(min));
        if (metric.Compare is { } compare)
        {
            yaml.Section("compare", () =>
            {
                yaml.Member("direction", compare.Direction);
                yaml.Member("tolerance", Percentage.Format(compare.Tolerance));
            });
        }

        yaml.Member("failureLimit", Text(metric.FailureLimit));
        yaml.Member("consecutiveErrorLimit", Text(metric.ConsecutiveErrorLimit));
        yaml.Member("count", Text(metric.Count));
        if (judge == JudgeNames.Statistical) yaml.Member("weight", PlainNumber.Format(metric.Weight));
        if (judge != JudgeNames.Kayenta) return;
        if (metric.Group is { } group) yaml.Member("group", Quoted(group));
        yaml.Member("critical", Text(metric.Critical));
    }

    private static string Number(double value) => Quoted(value.ToString("R", CultureInfo.InvariantCulture));
}
