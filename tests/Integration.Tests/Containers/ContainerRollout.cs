using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Integration.Tests.Split;
using Platform.Testing;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Containers;

/// <summary>The main job on containers: the whole platform as one process, its replicas on a real engine.</summary>
public abstract class ContainerRollout(DockerEngine engine, string runtime) : IAsyncLifetime
{
    private static readonly string[] Modules = ["gateway", "autoscaler", "deployment", "healthmonitor", "traffic"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-docker-rollout-");
    private readonly FreePorts _ports = new();
    private readonly Dictionary<string, int> _port = new(StringComparer.Ordinal);
    private ServiceProcess? _platform;

    private string Data => Path.Combine(_folder.FullName, "data");

    protected DockerEngine Host => engine;

    protected abstract Task<string> ImageAsync();

    /// <summary>What the engine has of the application's replicas, as the platform calls them.</summary>
    protected abstract Task<HashSet<string>> InstancesAsync();

    /// <summary>Removes one behind the platform's back.</summary>
    protected abstract Task RemoveAsync(string instance);

    public ValueTask InitializeAsync()
    {
        foreach (var module in Modules) _port[module] = _ports.Take();
        _platform = new ServiceProcess(
            "platform", Path.Combine(Repository.Root, "services/Platform/bin/Release/net10.0/platform"), [_port["deployment"], _port["traffic"]],
            ["up", "--data", Data, "--set", $"Docker:Endpoint=unix://{engine.Socket}", .. Modules.SelectMany(m => new[] { "--set", $"Ports:{m}={_port[m]}" })],
            Path.Combine(_folder.FullName, "platform.log"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Containers_AreShippedSwitchedAdoptedAndReplaced_WithoutAFailedRequest()
    {
        engine.SkipUnlessThere();
        var image = await ImageAsync();
        await _platform!.StartAsync();

        await EndsAsync(await DeployAsync("v1", image), "completed");
        var first = await ReadyAsync(2);
        await using var traffic = new SteadyTraffic(new Uri($"http://127.0.0.1:{_port["traffic"]}/"), rate: 40);

        await EndsAsync(await DeployAsync("v2", image), "completed");
        var second = await ReadyAsync(2);
        Assert.Empty(first.Intersect(second));
        await HoldsAsync(async () => (await InstancesAsync()).SetEquals(second), "the old revision's containers are gone", TimeSpan.FromSeconds(60));

        // An image that cannot be had: the old revision is untouched, and the failure says why.
        var refused = await EndsAsync(await DeployAsync("v3", "127.0.0.1:1/no/such-image:v3"), null);
        Assert.NotEqual("completed", refused.State);
        Assert.Contains("127.0.0.1:1/no/such-image:v3", refused.Message, StringComparison.Ordinal);
        Assert.Equal(second, await ReadyAsync(2));
        await traffic.EndAsync();
        Assert.Empty(traffic.Failures);
        Assert.True(traffic.Answered > 50);

        // The platform is killed: its containers go on, and the next start takes over the very same ones.
        await _platform.KillAsync();
        Assert.Equal(second, await InstancesAsync());
        await _platform.StartAsync();
        Assert.Equal(second, await ReadyAsync(2));

        // One is removed behind its back.
        await RemoveAsync(second.First());
        await HoldsAsync(async () => (await ReadyAsync(2)).Except(second).Count() == 1, "another took its place", TimeSpan.FromSeconds(60));

        Assert.Equal(0, await _platform.StopAsync());
        Assert.Empty(await InstancesAsync());
    }

    private async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan deadline)
    {
        try
        {
            await Eventually.HoldsAsync(condition, what, deadline);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{await engine.DockerAsync("ps", "--all")}\n{_platform!.LastWords}", late);
        }
    }

    private async Task<Guid> DeployAsync(string revision, string image)
    {
        var manifest = $$"""
            name: shop
            revision: {{revision}}
            runtime: {{runtime}}
            docker: { image: "{{image}}", command: [serve], env: { LISTEN: 0.0.0.0 }, readOnly: true }
            health: { path: / }
            resources: { cpu: 0.5, memory: 128Mi }
            scaling: { min: 2, max: 2 }
            rollout: { strategy: blueGreen, watch: 1s, analysis: { judge: none } }
            """;
        using var client = Client();
        using var body = new StringContent(manifest, Encoding.UTF8, "application/yaml");
        using var answer = await client.PostAsync("/api/deployment/deploy", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Accepted>(PlatformJson.Options))!.Id;
    }

    private async Task<RolloutView> EndsAsync(Guid rollout, string? state)
    {
        RolloutView? last = null;
        await HoldsAsync(async () => (last = await GetAsync<RolloutView>($"deployments/{rollout}"))?.EndedAt is not null, "the rollout ends", TimeSpan.FromSeconds(120));
        Assert.True(state is null || last!.State == state, $"{last!.State}: {last.Message}");
        return last!;
    }

    /// <summary>The containers of the application's replicas, once so many are ready and no other is there.</summary>
    private async Task<HashSet<string>> ReadyAsync(int count)
    {
        ApplicationView? last = null;
        await HoldsAsync(
            async () => (last = await GetAsync<ApplicationView>("applications/shop")) is { } shop && shop.ReadyReplicas == count && shop.Replicas.Count == count,
            $"{count} replicas are ready",
            TimeSpan.FromSeconds(60));
        return [.. last!.Replicas.Select(r => r.Instance!)];
    }

    private async Task<T?> GetAsync<T>(string path)
        where T : class
    {
        using var client = Client();
        try
        {
            return await client.GetFromJsonAsync<T>($"/api/deployment/{path}", PlatformJson.Options);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    protected static HashSet<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private HttpClient Client() => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_port["deployment"]}"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(Data, "admin.key")).Trim()) },
    };
}
