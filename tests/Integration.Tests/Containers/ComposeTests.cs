using System.Text.Json;
using Platform.Contracts.Http;
using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>The stack of the compose file, as far as its images can be had without a registry.</summary>
[Collection(Engine.Name)]
public sealed class ComposeTests(ServiceImages engine)
{
    private const string Manifest = """
        name: storefront
        revision: v1
        process: { command: ["dotnet", "Storefront.dll"], workingDirectory: /applications }
        scaling: { min: 1, max: 2 }
        rollout: { strategy: blueGreen, watch: 2s, analysis: { judge: none } }
        """;

    [Fact]
    public async Task ComposeFile_Up_DeploysAnApplicationThatTheGatewayServes()
    {
        engine.SkipUnlessThere();
        Assert.SkipWhen(ComposeStack.Missing is not null, ComposeStack.Missing ?? "");
        await using var stack = await ComposeStack.StartAsync(engine);

        foreach (var service in new[] { "deployment", "gateway", "autoscaler", "healthmonitor" })
            await stack.UntilAsync<JsonDocument>(service, "/health/ready", answer => answer.RootElement.GetProperty("waitingFor").GetArrayLength() == 0, $"{service} is ready");
        var rollout = await stack.DeployAsync(Manifest);
        var ended = await stack.UntilAsync<RolloutView>("deployment", $"/api/deployment/deployments/{rollout}", r => r.EndedAt is not null, "the rollout ends");
        Assert.True(ended.State == "completed", ended.Message);
        await stack.UntilAsync<JsonDocument>("traffic", "/", answer => answer.RootElement.GetProperty("version").GetString() == "v1", "the storefront answers through the gateway");
        await stack.UntilAsync<JsonDocument>("healthmonitor", "/health/report", r => r.RootElement.GetProperty("services").GetArrayLength() == 4, "the report knows every service");

        // What infrastructure/prometheus/prometheus.yml scrapes.
        foreach (var target in new[] { "deployment:8014", "deployment:8010", "autoscaler:8011", "healthmonitor:8015" })
            Assert.Equal("200", await stack.StatusInsideAsync($"http://{target}/metrics"));
        await Eventually.HoldsAsync(async () => !(await engine.DockerAsync("ps", "--format", "{{.Status}}")).Contains("starting", StringComparison.Ordinal), "every health check has answered");
        Assert.DoesNotContain("unhealthy", await engine.DockerAsync("ps", "--format", "{{.Names}} {{.Status}}"), StringComparison.Ordinal);
    }
}
