using System.Text.Json;
using Platform.Contracts.Http;

namespace Platform.Integration.Tests.Split;

/// <summary>The main job with the services apart: the same modules, chosen by configuration alone.</summary>
[Collection(Servers.Name)]
public sealed class JourneyTests(SplitPlatform platform) : IClassFixture<SplitPlatform>
{
    [Fact]
    public async Task ServicesApart_Deploy_ScaleSwitchAndRollBack_WithoutAFailedRequest()
    {
        platform.SkipUnlessComplete();
        var first = await EndedAsync(Revisions.Elastic(platform, "v1", target: 8), "completed");

        await using var traffic = platform.Visit(rate: 24);
        await platform.ApplicationAsync(a => a.ReadyReplicas >= 3, "was scaled up by the autoscaler");
        Assert.Contains("autoscaler", (await platform.UntilAsync<EventPage>("healthmonitor", "/events?type=ApplicationScaled&limit=20", p => p.Items.Count > 0, "scaling was logged"))
            .Items[0].Data.GetRawText(), StringComparison.Ordinal);

        var second = await EndedAsync(Revisions.Elastic(platform, "v2", target: 8), "completed");
        Assert.Empty(traffic.Failures);

        traffic.Rate = 4;
        await platform.ApplicationAsync(a => a is { WantedReplicas: 1, ReadyReplicas: 1, Replicas.Count: 1 }, "was scaled down by the autoscaler");
        Assert.Empty(traffic.Failures);

        traffic.Rate = 24;
        var third = await EndedAsync(Revisions.Elastic(platform, "v3", target: 8, watch: "8s"), "rolledBack");
        traffic.Rate = 4;
        await traffic.EndAsync();
        Assert.All(traffic.Failures, failure => Assert.Contains("discount", failure.What, StringComparison.Ordinal));

        await Settled.CheckAsync(platform, "v2");
        foreach (var rollout in new[] { first, second, third }) Assert.Contains(await Settled.EventsOnceAsync(platform, rollout), e => e.Type == "RolloutStepCompleted");
        await platform.UntilAsync<JsonDocument>("healthmonitor", "/health/report", report => Services(report.RootElement).Order().SequenceEqual(
            ["autoscaler healthy", "deployment healthy", "gateway healthy", "healthmonitor healthy"]), "the report shows every service");
    }

    [Fact]
    public async Task HealthCheck_OfEveryExecutable_EndsWithZero()
    {
        platform.SkipUnlessComplete();
        foreach (var (module, project) in new[] { ("gateway", "Gateway"), ("deployment", "Deployment"), ("autoscaler", "Autoscaler"), ("healthmonitor", "HealthMonitor") })
        {
            using var check = System.Diagnostics.Process.Start(Repository.Service(project), ["health-check", "--config", platform.ConfigurationFile, "--data", platform.DataOf(module)]);
            await check.WaitForExitAsync();
            Assert.Equal(0, check.ExitCode);
        }
    }

    private static IEnumerable<string> Services(JsonElement report) =>
        report.GetProperty("services").EnumerateArray().Select(s => $"{s.GetProperty("service").GetString()} {s.GetProperty("status").GetString()}");

    private async Task<RolloutView> EndedAsync(string manifest, string state)
    {
        var rollout = await platform.RolloutAsync(await platform.DeployAsync(manifest), r => r.EndedAt is not null, "ends");
        Assert.True(rollout.State == state, $"{rollout.Revision} is {rollout.State}: {rollout.Message}");
        return rollout;
    }
}
