using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Decisions;

/// <summary>The module with an application that rests at 0 replicas, and decides once a minute otherwise.</summary>
public sealed class ZeroTests
{
    [Fact]
    public async Task AtZero_SomebodyWaits_ItIsWokenLongBeforeItsSyncPeriodIsOver()
    {
        var owner = new RecordingOwner { Confirms = false };
        await using var host = await RestingAsync(owner);
        Assert.Empty(owner.Commands);

        await UntilAsync(host, owner, new MetricSample(MetricNames.Held, "", "", 3));
        Assert.Equal((1, "3 requests wait at the gateway, and it has no replica."), (owner.Commands[0].Replicas, owner.Commands[0].Reason));
    }

    [Fact]
    public async Task AtZero_RequestsWereTurnedAwayByARouterThatHoldsNone_ItIsWoken()
    {
        var owner = new RecordingOwner { Confirms = false };
        await using var host = await RestingAsync(owner);

        await UntilAsync(host, owner, new MetricSample(MetricNames.Requests, "", "", 2), new MetricSample(MetricNames.Errors, "", "", 2));
        Assert.Equal(1, owner.Commands[0].Replicas);
    }

    /// <summary>Behind a router that tells nothing of its requests the gateway only says that nobody waits for it.</summary>
    [Fact]
    public async Task NobodyKnowsWhetherAnybodyAsks_ItIsNotIdle()
    {
        var owner = new RecordingOwner { Confirms = false };
        await using var host = await RestingAsync(owner, replicas: 1, zeroAfter: TimeSpan.FromMilliseconds(1), syncPeriod: TimeSpan.FromMilliseconds(100));
        using var client = host.Admin("autoscaler");
        for (var i = 0; i < 10; i++)
        {
            host.Measure("shop", 1, new MetricSample(MetricNames.Held, "", "", 0));
            await DecidedAsync(client);
        }

        Assert.Empty(owner.Commands);

        // The same with a word about requests is.
        await UntilAsync(host, owner, new MetricSample(MetricNames.Held, "", "", 0), new MetricSample(MetricNames.Requests, "", "", 0));
        Assert.Equal(0, owner.Commands[0].Replicas);
    }

    /// <summary>Measured for as long as it takes, as the gateway does.</summary>
    private static Task UntilAsync(ModuleHost host, RecordingOwner owner, params MetricSample[] samples) => ModuleHost.UntilAsync(
        () =>
        {
            host.Measure("shop", 1, samples);
            return owner.Commands.Count > 0;
        },
        "a ScaleApplication");

    private static async Task DecidedAsync(HttpClient client)
    {
        var before = await DecidedAtAsync(client);
        await ModuleHost.UntilAsync(client, "/recommendations", page => At(page) > before);
    }

    private static async Task<DateTimeOffset> DecidedAtAsync(HttpClient client) => At(await ModuleHost.UntilAsync(client, "/recommendations", page => At(page) > default(DateTimeOffset)));

    private static DateTimeOffset At(JsonElement page) =>
        page.GetProperty("items") is { } items && items.GetArrayLength() == 1 && items[0].GetProperty("decidedAt") is { ValueKind: JsonValueKind.String } at ? at.GetDateTimeOffset() : default;

    /// <summary>Deployed, scaled to 0, and its first decision of the minute made.</summary>
    private static async Task<ModuleHost> RestingAsync(RecordingOwner owner, int replicas = 0, TimeSpan? zeroAfter = null, TimeSpan? syncPeriod = null)
    {
        var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module]);
        var rollout = Guid.NewGuid();
        var now = DateTimeOffset.UtcNow;
        var scaling = new ScalingSettings
        {
            Min = 0,
            ZeroAfter = zeroAfter ?? TimeSpan.FromMinutes(10),
            Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = 50 }],
            Behavior = new ScalingBehavior { SyncPeriod = syncPeriod ?? TimeSpan.FromMinutes(1) },
        };
        using var client = host.Admin("autoscaler");
        await host.PublishAsync(new RolloutStarted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = scaling });
        await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items").GetArrayLength() == 1);
        await host.PublishAsync(new ApplicationScaled { Application = "shop", At = now, CorrelationId = Guid.NewGuid(), From = 1, To = replicas, RequestedBy = "autoscaler", Reason = "nobody asks" });
        await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items")[0].GetProperty("current").GetInt32() == replicas);
        await host.PublishAsync(new DeploymentCompleted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Duration = TimeSpan.Zero });
        await ModuleHost.UntilAsync(client, "/recommendations", page => !page.ToString().Contains("the first, is under way", StringComparison.Ordinal));
        host.Measure("shop", 1, new MetricSample(MetricNames.Held, "", "", 0));
        return host;
    }
}
