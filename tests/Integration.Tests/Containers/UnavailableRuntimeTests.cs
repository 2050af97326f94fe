using Platform.Integration.Tests.Split;

namespace Platform.Integration.Tests.Containers;

/// <summary>A manifest for a runtime whose engine is not there: no engine is needed to find out what happens then.</summary>
public sealed class UnavailableRuntimeTests : IAsyncDisposable
{
    private const string Socket = "/no/such/docker.sock";
    private readonly WholePlatform _platform = new(Socket);

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    [Fact]
    public async Task ARevisionForAnEngineThatIsNotThere_FailsAndSaysSo_AndTheOldOneServesOn()
    {
        await _platform.Process.StartAsync();
        var child = Path.Combine(Repository.Root, "tests/TestChild/bin/Release/net10.0");
        await _platform.EndsAsync(await _platform.DeployAsync(Manifest("v1", $$"""process: { command: ["{{child}}/TestChild", serve], workingDirectory: "{{child}}" }""")), "completed");
        var serving = await _platform.ReadyAsync(1);
        await using var traffic = new SteadyTraffic(_platform.Traffic, rate: 20);

        foreach (var runtime in new[] { "docker", "swarm" })
        {
            var refused = await _platform.EndsAsync(await _platform.DeployAsync(Manifest("v-" + runtime, $$"""runtime: {{runtime}}, docker: { image: "shop:v2" }""")), "failed");

            Assert.Contains(Socket, refused.Message, StringComparison.Ordinal);
            Assert.Contains("Docker:Endpoint", refused.Message, StringComparison.Ordinal);
            Assert.Equal(serving, await _platform.ReadyAsync(1));
        }

        await _platform.HoldsAsync(() => Task.FromResult(traffic.Answered > 5), "it serves on", TimeSpan.FromSeconds(20));
        await traffic.EndAsync();
        Assert.Empty(traffic.Failures);
    }

    private static string Manifest(string revision, string workload) => $$"""
        { name: shop, revision: {{revision}}, {{workload}}, health: { path: / }, scaling: { min: 1, max: 1 }, rollout: { strategy: blueGreen, watch: 1s, analysis: { judge: none } } }
        """;
}
