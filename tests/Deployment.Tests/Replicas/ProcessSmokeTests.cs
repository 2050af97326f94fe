using System.Diagnostics;
using Platform.Contracts.Http;
using Platform.Deployment.Tests.Api;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Replicas;

/// <summary>The service with the real process runtime: once through a replica's life.</summary>
public sealed class ProcessSmokeTests
{
    private static readonly string Child = Path.Combine(AppContext.BaseDirectory, "TestChild");

    [Fact]
    public async Task Real_processes_are_shipped_replaced_when_killed_and_gone_when_removed()
    {
        await using var host = await DeploymentHost.StartAsync(realProcesses: true);

        var first = await host.DeployToTheEndAsync(Manifest("v1", "serve"));
        Assert.True(first.State == "completed", first.Message);
        var second = await host.DeployToTheEndAsync(Manifest("v2", "serve"));
        Assert.True(second.State == "completed", second.Message);
        var broken = await host.DeployToTheEndAsync(Manifest("v3", "crash", "7"));
        Assert.Equal("failed", broken.State);
        Assert.Contains("exited with code 7", broken.Message);

        var replica = (await ViewAsync(host)).Replicas.Single();
        Assert.Equal("v2", replica.Revision);
        using (var process = Process.GetProcessById(replica.ProcessId!.Value)) process.Kill();
        ApplicationView? view = null;
        await World.UntilAsync(
            "another one serves", async () => (view = await ViewAsync(host)) is { ReadyReplicas: 1 } && view.Replicas.All(r => r.ProcessId != replica.ProcessId), () => $"{view}");
        var pid = view!.Replicas.Single().ProcessId!.Value;

        await host.Client.DeleteAsync("/api/deployment/applications/shop");
        await World.UntilAsync("it is gone", () => Task.FromResult(!Directory.Exists($"/proc/{pid}")), () => $"process {pid} lives");
    }

    private static Task<ApplicationView> ViewAsync(DeploymentHost host) => host.GetAsync<ApplicationView>("/api/deployment/applications/shop");

    private static string Manifest(string revision, params string[] arguments) =>
        $$"""
        name: shop
        revision: {{revision}}
        process: { command: ["{{Child}}", {{string.Join(", ", arguments.Select(a => $"\"{a}\""))}}] }
        health: { interval: 100ms }
        scaling: { min: 1 }
        traffic: { drainTimeout: 1s }
        rollout: { strategy: blueGreen, watch: 100ms, analysis: { judge: none } }
        """;
}
