using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Sources;

/// <summary>The whole module, with a Prometheus of the test's own beside it.</summary>
public sealed class SourcedApplicationTests
{
    private const string Good = """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"95"]}]}}""";

    [Fact]
    public async Task APrometheusMetric_ScalesUpAndWhenItIsLostTheNumberStaysAndTheDecisionSaysWhy()
    {
        await using var prometheus = new OneAnswer(200, Good);
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], ["--ScalingMetrics:Allow:0=127.0.0.0/8"]);
        await DeployAsync(host, new MetricTarget
        {
            Name = "rps",
            Target = 10,
            Interval = TimeSpan.FromSeconds(1),
            Timeout = TimeSpan.FromSeconds(1),
            Prometheus = new PrometheusMetric { Address = prometheus.Address, Query = "sum(rate(x{app='{{application}}'}[{{interval}}]))" },
        });
        using var client = host.Admin("autoscaler");

        await ModuleHost.UntilAsync(() => owner.Commands.Any(command => command.Replicas == 10), "95 ÷ 10 replicas are asked for");

        prometheus.Status = 503;
        var said = await ModuleHost.UntilAsync(client, "/recommendations?application=shop", page => Reason(page).Contains("503", StringComparison.Ordinal));
        Assert.Contains("rps: prometheus has given no value for", Reason(said));
        Assert.Equal(10, owner.Commands[^1].Replicas);

        prometheus.Status = 200;
        prometheus.Text = Good.Replace("95", "195", StringComparison.Ordinal);
        await ModuleHost.UntilAsync(() => owner.Commands[^1].Replicas == 20, "it goes on when the source is back");
    }

    private static string Reason(JsonElement page) => page.GetProperty("items")[0].GetProperty("reason").GetString()!;

    private static async Task DeployAsync(ModuleHost host, MetricTarget metric)
    {
        var (rollout, now) = (Guid.NewGuid(), DateTimeOffset.UtcNow);
        var scaling = new ScalingSettings
        {
            Max = 50,
            Metrics = [metric],
            Behavior = new ScalingBehavior
            {
                SyncPeriod = TimeSpan.FromMilliseconds(200),
                ScaleUp = new ScalingRules { Policies = [ScalingPolicy.OfReplicas(100, TimeSpan.FromSeconds(1))] },
                ScaleDown = new ScalingRules { Policies = [ScalingPolicy.OfPercent(100, TimeSpan.FromSeconds(15))] },
            },
        };
        await host.PublishAsync(new RolloutStarted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = scaling });
        using var client = host.Admin("autoscaler");
        await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items").GetArrayLength() > 0);
        await host.PublishAsync(new ReplicaStarted { Application = "shop", At = now, CorrelationId = rollout, Replica = "r1", Revision = "v1", Address = new Uri("http://127.0.0.1:1"), StartupDuration = TimeSpan.Zero });
        await host.PublishAsync(new DeploymentCompleted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Duration = TimeSpan.Zero });

        // What Deployment's gauges do: somebody is heard of it.
        host.Measure("shop", 1, new MetricSample("readyReplicas", "", "", 1));
    }
}
