using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Autoscaler.Tests;

/// <summary>The whole module: events and metrics in, commands out, over a real bus and a real database.</summary>
public sealed class AutoscalerModuleTests
{
    private const string Shop = "shop";

    [Fact]
    public async Task MoreRequestsThanTheTarget_TheOwnerIsSentWhatTheHpaDecides()
    {
        var owner = new RecordingOwner();
        await using var host = await StartAsync(owner);
        await DeployAsync(host);
        host.Measure(Shop, 15, new MetricSample(MetricNames.Requests, "v1", "r1", 200));

        await ModuleHost.UntilAsync(() => owner.Commands.Count > 0, "a ScaleApplication");
        var command = owner.Commands[0];
        Assert.Equal((4, "autoscaler"), (command.Replicas, command.RequestedBy)); // 200 ÷ 50
        Assert.Contains("requestsPerSecond is 200 per replica", command.Reason);

        using var client = host.Admin("autoscaler");
        var shop = await RecommendationAsync(client, r => r.GetProperty("current").GetInt32() == 4);
        Assert.Equal(4, shop.GetProperty("desired").GetInt32());
        var decisions = await client.GetFromJsonAsync<JsonElement>("/decisions?application=shop");
        Assert.Contains(decisions.GetProperty("items").EnumerateArray(), d => d.GetProperty("decision").GetProperty("outcome").GetString() == "scale");
    }

    [Fact]
    public async Task FirstRolloutUnderWay_NothingIsDecidedAndItSaysWhy()
    {
        var owner = new RecordingOwner();
        await using var host = await StartAsync(owner);
        var rollout = await DeployAsync(host, complete: false);
        host.Measure(Shop, 15, new MetricSample(MetricNames.Requests, "v1", "r1", 200));

        using var client = host.Admin("autoscaler");
        var shop = await RecommendationAsync(client, r => r.GetProperty("decidedAt").ValueKind is JsonValueKind.String);
        Assert.Contains("The rollout of v1, the first, is under way", shop.GetProperty("heldBecause").GetString());
        using var refused = await client.PostAsJsonAsync("/scale", new { application = Shop, replicas = 3 });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Empty(owner.Commands);
        Assert.Contains(rollout.ToString(), await refused.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task RolloutUnderWay_TheOwnerIsSentWhatTheDemandAsksFor()
    {
        var owner = new RecordingOwner();
        await using var host = await StartAsync(owner);
        await DeployAsync(host);
        using var client = host.Admin("autoscaler");
        await RecommendationAsync(client, r => r.GetProperty("decidedAt").ValueKind is JsonValueKind.String);
        await host.PublishAsync(new RolloutStarted { Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Revision = "v2", StableRevision = "v1", Strategy = "canary", RequestedBy = "test" });
        host.Measure(Shop, 15, new MetricSample(MetricNames.Requests, "v1", "r1", 180), new MetricSample(MetricNames.Requests, "v2", "r2", 20));

        await ModuleHost.UntilAsync(() => owner.Commands.Count > 0, "a ScaleApplication");
        Assert.Equal(4, owner.Commands[0].Replicas); // (180 + 20) ÷ 50
    }

    [Fact]
    public async Task AScheduleOfTheManifest_SetsTheMinimum_UntilAPolicySaysOtherwise()
    {
        var owner = new RecordingOwner();
        await using var host = await StartAsync(owner);
        await DeployAsync(host, schedules: [new ScalingSchedule { Name = "always", Min = 5 }]);
        host.Measure(Shop, 15, new MetricSample(MetricNames.Requests, "v1", "r1", 10));

        using var client = host.Admin("autoscaler");
        var shop = await RecommendationAsync(client, r => r.GetProperty("current").GetInt32() == 5);
        Assert.Equal((5, "always"), (shop.GetProperty("min").GetInt32(), shop.GetProperty("schedule").GetString()));
        using var set = await client.PutAsJsonAsync("/api/autoscaler/policies/calm", new { policy = new { application = Shop, schedules = Array.Empty<object>() }, reason = "quiet" });
        Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync());
        await RecommendationAsync(client, r => r.GetProperty("min").GetInt32() == 1 && r.GetProperty("schedule").ValueKind is JsonValueKind.Null);
    }

    [Fact]
    public async Task NoMetrics_NothingIsDecidedAndItSaysWhy()
    {
        var owner = new RecordingOwner();
        await using var host = await StartAsync(owner);
        await DeployAsync(host);
        using var client = host.Admin("autoscaler");
        await RecommendationAsync(client, r => r.GetProperty("reason").GetString()!.StartsWith("No metrics have arrived", StringComparison.Ordinal));
        Assert.Empty(owner.Commands);
    }

    [Fact]
    public async Task ScaledByHand_StandsAgainstTheMetricsAlsoAfterARestartUntilReleased()
    {
        var owner = new RecordingOwner();
        var data = Directory.CreateTempSubdirectory("platform-autoscaler-").FullName;
        await using (var first = await StartAsync(owner, data))
        {
            await DeployAsync(first);
            using var client = first.Admin("autoscaler");
            await RecommendationAsync(client, r => r.GetProperty("heldBecause").GetString()?.StartsWith("No metrics", StringComparison.Ordinal) == true);
            using var accepted = await client.PostAsJsonAsync("/scale", new { application = Shop, replicas = 7, reason = "sale" });
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            Assert.Contains("Automatic scaling leaves it alone until", await accepted.Content.ReadAsStringAsync());
            await RecommendationAsync(client, r => r.GetProperty("current").GetInt32() == 7);
            var audit = await client.GetStringAsync("/audit");
            Assert.Contains("scale application", audit);
        }

        var sent = owner.Commands.Count;
        await using (var second = await StartAsync(owner, data))
        {
            second.Measure(Shop, 15, new MetricSample(MetricNames.Requests, "v1", "r1", 100));
            using var client = second.Admin("autoscaler");
            var held = await RecommendationAsync(client, r => r.GetProperty("heldBecause").ValueKind is JsonValueKind.String);
            Assert.Contains("scaled it by hand", held.GetProperty("heldBecause").GetString());
            Assert.Equal(sent, owner.Commands.Count);

            using var released = await client.DeleteAsync(new Uri("/holds/shop", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
            second.Measure(Shop, 15, new MetricSample(MetricNames.Requests, "v1", "r1", 100));
            await ModuleHost.UntilAsync(() => owner.Commands.Count > sent, "automatic scaling goes on");
            Assert.Equal("autoscaler", owner.Commands[^1].RequestedBy);
        }

        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("""{"application":"shop","replicas":-1}""", 400)]
    [InlineData("""{"application":"shop","replicas":99}""", 400)]
    [InlineData("""{"application":"shop","replicas":2,"surprise":1}""", 400)]
    [InlineData("""{"application":"nobody","replicas":2}""", 404)]
    public async Task ScaleRequest_Wrong_IsAProblemAndNothingIsSent(string body, int status)
    {
        var owner = new RecordingOwner();
        await using var host = await StartAsync(owner);
        await DeployAsync(host);
        using var client = host.Admin("autoscaler");
        await RecommendationAsync(client, r => r.GetProperty("heldBecause").GetString()?.StartsWith("No metrics", StringComparison.Ordinal) == true);
        using var answer = await client.PostAsync(new Uri("/scale", UriKind.Relative), new StringContent(body, null, "application/json"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Empty(owner.Commands);
    }

    [Fact]
    public async Task WithoutAKey_EverythingIs401()
    {
        await using var host = await StartAsync(new RecordingOwner());
        using var client = host.Anonymous("autoscaler");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri("/recommendations", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsJsonAsync("/scale", new { application = Shop, replicas = 1 })).StatusCode);
    }

    private static Task<ModuleHost> StartAsync(RecordingOwner owner, string? data = null) =>
        ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], data: data);

    private static async Task<Guid> DeployAsync(ModuleHost host, bool complete = true, IReadOnlyList<ScalingSchedule>? schedules = null)
    {
        var rollout = Guid.NewGuid();
        var now = DateTimeOffset.UtcNow;
        var scaling = new ScalingSettings
        {
            Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = 50 }],
            Schedules = schedules ?? [],
            Behavior = new ScalingBehavior
            {
                SyncPeriod = TimeSpan.FromMilliseconds(500),
                ScaleDown = new ScalingRules { Policies = [ScalingPolicy.OfPercent(100, TimeSpan.FromSeconds(15))] },
            },
        };
        await host.PublishAsync(new RolloutStarted { Application = Shop, At = now, CorrelationId = rollout, Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = scaling });
        if (!complete) return rollout;

        using var client = host.Admin("autoscaler");
        await RecommendationAsync(client, _ => true);
        await host.PublishAsync(new ReplicaStarted { Application = Shop, At = now, CorrelationId = rollout, Replica = "r1", Revision = "v1", Address = new Uri("http://127.0.0.1:1"), StartupDuration = TimeSpan.Zero });
        await host.PublishAsync(new DeploymentCompleted { Application = Shop, At = now, CorrelationId = rollout, Revision = "v1", Duration = TimeSpan.Zero });
        return rollout;
    }

    private static async Task<JsonElement> RecommendationAsync(HttpClient client, Func<JsonElement, bool> wanted)
    {
        var answer = await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items").EnumerateArray().Any(wanted));
        return answer.GetProperty("items").EnumerateArray().First(wanted);
    }
}
