using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Cost;

/// <summary>From the metric stream to the analysis, over a real database and through a restart.</summary>
public sealed class CostModuleTests
{
    [Fact]
    public async Task LiveMetrics_AreCostedComparedAndKeptThroughARestart()
    {
        var data = Directory.CreateTempSubdirectory("platform-cost-").FullName;
        var owner = new RecordingOwner();
        double measured;
        await using (var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], data: data))
        {
            await DeployAsync(host);
            host.Measure(
                "shop", 20, new MetricSample(MetricNames.Requests, "v1", "r1", 120), new MetricSample(MetricNames.Cpu, "v1", "r1", 0.2), new MetricSample(MetricNames.Memory, "v1", "r1", 1e8),
                new MetricSample(MetricNames.ReadyReplicas, "", "", 1), new MetricSample(MetricNames.WantedReplicas, "", "", 1));
            using var client = host.Admin("autoscaler");
            var page = await ModuleHost.UntilAsync(client, "/cost-analysis?application=shop", answer => Of(answer).GetProperty("comparison").ValueKind is JsonValueKind.Object);
            var shop = Of(page);
            Assert.Equal(1, shop.GetProperty("now").GetProperty("replicas").GetInt32());
            Assert.True(shop.GetProperty("past").GetProperty("spent").GetDouble() > 0);
            Assert.True(shop.GetProperty("comparison").GetProperty("requestsOverCapacity").GetDouble() > 0);
            measured = shop.GetProperty("past").GetProperty("measuredHours").GetDouble();

            var recommendation = Of(await client.GetFromJsonAsync<JsonElement>("/recommendations?application=shop"));
            Assert.Equal("notEnoughData", recommendation.GetProperty("others").GetProperty("size").GetProperty("cpu").GetProperty("verdict").GetString());
        }

        await using (var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], data: data))
        {
            using var client = host.Admin("autoscaler");
            var page = await ModuleHost.UntilAsync(client, "/cost-analysis?application=shop", answer => Of(answer).GetProperty("past").GetProperty("measuredHours").GetDouble() >= measured);
            Assert.True(Of(page).GetProperty("comparison").GetProperty("hpa").GetProperty("replicaHours").GetDouble() > 0);
        }

        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("/cost-analysis?application=nobody", HttpStatusCode.NotFound)]
    [InlineData("/cost-analysis?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/cost-analysis", HttpStatusCode.OK)]
    public async Task CostAnalysis_AskedFor_Answers(string path, HttpStatusCode status)
    {
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, new RecordingOwner().Module]);
        using var client = host.Admin("autoscaler");
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
    }

    private static JsonElement Of(JsonElement page) => page.GetProperty("items")[0];

    private static async Task DeployAsync(ModuleHost host)
    {
        var rollout = Guid.NewGuid();
        var now = DateTimeOffset.UtcNow;
        var scaling = new ScalingSettings { Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = 50 }], Max = 1 };
        await host.PublishAsync(new RolloutStarted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = scaling });
        using var client = host.Admin("autoscaler");
        await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items").GetArrayLength() == 1);
        await host.PublishAsync(new ReplicaStarted { Application = "shop", At = now, CorrelationId = rollout, Replica = "r1", Revision = "v1", Address = new Uri("http://127.0.0.1:1"), StartupDuration = TimeSpan.FromSeconds(1) });
        await host.PublishAsync(new DeploymentCompleted { Application = "shop", At = now, CorrelationId = rollout, Revision = "v1", Duration = TimeSpan.Zero });
    }
}
