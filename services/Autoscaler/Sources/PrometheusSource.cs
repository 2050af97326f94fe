using Platform.Contracts.Scaling;
using Platform.Contracts.Units;
using Platform.Hosting.Measurements;
using Platform.Workloads.Manifests;

namespace Platform.Autoscaler.Sources;

/// <summary>An instant query of a Prometheus. No series is no value, not 0: a target that is not scraped any more looks the same as an idle one.</summary>
internal sealed class PrometheusSource(MetricHttp http) : IMetricSource
{
    public bool Reads(ExternalMetric metric) => metric is PrometheusMetric;

    public string Server(ExternalMetric metric) => new Uri(((PrometheusMetric)metric).Address).Authority;

    public Task<Reading> ReadAsync(ExternalMetric metric, SourceQuestion question, CancellationToken ct)
    {
        var prometheus = (PrometheusMetric)metric;
        var query = Placeholders.Fill(prometheus.Query, name => name switch
        {
            Placeholders.Application => question.Application,
            Placeholders.Interval => Duration.Format(question.Interval),
            _ => "",
        });
        return PrometheusQuery.AskAsync(http, prometheus.Address, query, prometheus.Headers, question.Timeout, ct);
    }
}
