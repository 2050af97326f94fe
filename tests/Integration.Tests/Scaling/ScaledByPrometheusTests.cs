using Platform.Autoscaler;
using Platform.Contracts.Scaling;
using Platform.Integration.Tests.Prometheus;
using Platform.Testing;

namespace Platform.Integration.Tests.Scaling;

/// <summary>The autoscaler beside a real Prometheus.</summary>
public sealed class ScaledByPrometheusTests(PrometheusServer prometheus) : IClassFixture<PrometheusServer>
{
    [Fact]
    public async Task An_application_is_scaled_by_what_a_query_says_and_not_shrunk_when_it_says_nothing()
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        prometheus.Exposed = () => "jobs_waiting{app=\"shop\",zone=\"a\"} 40\njobs_waiting{app=\"shop\",zone=\"b\"} 55\njobs_waiting{app=\"other\",zone=\"a\"} 900\n";
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], ["--ScalingMetrics:Allow:0=127.0.0.0/8"]);

        await ScaledApplication.DeployAsync(host, new MetricTarget
        {
            Name = "jobs",
            Target = 10,
            Interval = TimeSpan.FromSeconds(1),
            Timeout = TimeSpan.FromSeconds(1),
            Prometheus = new PrometheusMetric { Address = prometheus.Address, Query = "sum(jobs_waiting{app=\"{{application}}\"})" },
        });

        await ModuleHost.UntilAsync(() => owner.Commands.Any(command => command.Replicas == 10), "95 ÷ 10 replicas are asked for");

        prometheus.Exposed = () => "";
        using var client = host.Admin("autoscaler");
        await ModuleHost.UntilAsync(client, "/recommendations?application=shop", page => page.GetProperty("items")[0].GetProperty("reason").GetString()!.Contains("the query returned nothing", StringComparison.Ordinal));
        Assert.Equal(10, owner.Commands[^1].Replicas);
    }
}
