using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Decisions;

/// <summary>A decision that was sent is remembered: whoever starts again waits for its answer and does not send another one.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task AfterARestart_ADecisionThatWasSentAndNotAnswered_IsNotRepeated()
    {
        using var folder = new TemporaryFolder();
        var owner = new RecordingOwner { Confirms = false };
        await using (var first = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], data: folder.Path))
        {
            await DeployAsync(first);
            first.Measure("shop", 5, new MetricSample(MetricNames.Requests, "v1", "r1", 200));
            await ModuleHost.UntilAsync(() => owner.Commands.Count > 0, "a ScaleApplication");
        }

        await using var second = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], data: folder.Path);
        using var client = second.Admin("autoscaler");
        second.Measure("shop", 5, new MetricSample(MetricNames.Requests, "v1", "r1", 400));
        await ModuleHost.UntilAsync(client, "/decisions", page => page.GetProperty("items").EnumerateArray().Any(IsWaiting));
        Assert.Single(owner.Commands);
    }

    private static bool IsWaiting(JsonElement item) => item.GetProperty("decision").GetProperty("reason").GetString()!.Contains("is not confirmed yet", StringComparison.Ordinal);

    private static async Task DeployAsync(ModuleHost host)
    {
        var rollout = Guid.NewGuid();
        var now = DateTimeOffset.UtcNow;
        var scaling = new ScalingSettings
        {
            Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = 50 }],
            Behavior = new ScalingBehavior { SyncPeriod = TimeSpan.FromMilliseconds(200) },
        };
        using var client = host.Admin("autoscaler");
        await host.PublishAsync(new RolloutStarted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = scaling });
        await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items").GetArrayLength() == 1);
        await host.PublishAsync(new DeploymentCompleted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Duration = TimeSpan.Zero });
        await ModuleHost.UntilAsync(client, "/recommendations", page => !page.ToString().Contains("the first, is under way", StringComparison.Ordinal));
    }
}
