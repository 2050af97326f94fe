using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Integration.Tests.Scaling;

/// <summary>An application as the autoscaler hears of it.</summary>
internal static class ScaledApplication
{
    /// <summary>Its first revision is deployed and serves with one replica.</summary>
    public static async Task DeployAsync(ModuleHost host, params MetricTarget[] metrics)
    {
        var (rollout, now) = (Guid.NewGuid(), DateTimeOffset.UtcNow);
        var scaling = new ScalingSettings
        {
            Max = 50,
            Metrics = metrics,
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
        host.Measure("shop", 1, new MetricSample(MetricNames.ReadyReplicas, "", "", 1));
    }
}
