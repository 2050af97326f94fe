using Platform.Hosting.Measurements;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Measurements;

/// <summary>An instant query of a Prometheus.</summary>
internal sealed class PrometheusSource(MetricHttp http) : IMetricSource
{
    public bool Reads(MetricSourceSpec spec) => spec is PrometheusSpec;

    public Task<Reading> ReadAsync(MetricSourceSpec spec, MetricQuestion question, CancellationToken ct)
    {
        var prometheus = (PrometheusSpec)spec;
        return PrometheusQuery.AskAsync(http, prometheus.Address, question.Fill(prometheus.Query), prometheus.Headers, question.Timeout, ct);
    }
}
