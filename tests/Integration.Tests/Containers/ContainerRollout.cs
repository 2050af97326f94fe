using Platform.Integration.Tests.Split;
using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>The main job on containers: the whole platform as one process, its replicas on a real engine.</summary>
public abstract class ContainerRollout(DockerEngine engine, string runtime) : IAsyncDisposable
{
    private readonly WholePlatform _platform = new(engine.Socket);

    protected DockerEngine Host => engine;

    protected abstract Task<string> ImageAsync();

    /// <summary>What the engine has of the application's replicas, as the platform calls them.</summary>
    protected abstract Task<HashSet<string>> InstancesAsync();

    /// <summary>Removes one behind the platform's back.</summary>
    protected abstract Task RemoveAsync(string instance);

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Containers_AreShippedSwitchedAdoptedAndReplaced_WithoutAFailedRequest()
    {
        engine.SkipUnlessThere();
        var image = await ImageAsync();
        await _platform.Process.StartAsync();

        await _platform.EndsAsync(await DeployAsync("v1", image), "completed");
        var first = await _platform.ReadyAsync(2);
        await using var traffic = new SteadyTraffic(_platform.Traffic, rate: 40);

        await _platform.EndsAsync(await DeployAsync("v2", image), "completed");
        var second = await _platform.ReadyAsync(2);
        Assert.Empty(first.Intersect(second));
        await _platform.HoldsAsync(async () => (await InstancesAsync()).SetEquals(second), "the old revision's containers are gone", TimeSpan.FromSeconds(60));

        // An image that cannot be had: the old revision is untouched, and the failure says why.
        var refused = await _platform.EndsAsync(await DeployAsync("v3", "127.0.0.1:1/no/such-image:v3"), null);
        Assert.NotEqual("completed", refused.State);
        Assert.Contains("127.0.0.1:1/no/such-image:v3", refused.Message, StringComparison.Ordinal);
        Assert.Equal(second, await _platform.ReadyAsync(2));
        await traffic.EndAsync();
        Assert.Empty(traffic.Failures);
        Assert.True(traffic.Answered > 50);

        // The platform is killed: its containers go on, and the next start takes over the very same ones.
        await _platform.Process.KillAsync();
        Assert.Equal(second, await InstancesAsync());
        await _platform.Process.StartAsync();
        Assert.Equal(second, await _platform.ReadyAsync(2));

        // One is removed behind its back.
        await RemoveAsync(second.First());
        await _platform.HoldsAsync(async () => (await _platform.ReadyAsync(2)).Except(second).Count() == 1, "another took its place", TimeSpan.FromSeconds(60));

        Assert.Equal(0, await _platform.Process.StopAsync());
        Assert.Empty(await InstancesAsync());
    }

    private Task<Guid> DeployAsync(string revision, string image) => _platform.DeployAsync(
        $$"""
        name: shop
        revision: {{revision}}
        runtime: {{runtime}}
        docker: { image: "{{image}}", command: [serve], env: { LISTEN: 0.0.0.0 }, readOnly: true }
        health: { path: / }
        resources: { cpu: 0.5, memory: 128Mi }
        scaling: { min: 2, max: 2 }
        rollout: { strategy: blueGreen, watch: 1s, analysis: { judge: none } }
        """);

    protected static HashSet<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
}
