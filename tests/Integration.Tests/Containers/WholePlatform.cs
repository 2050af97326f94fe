using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Integration.Tests.Split;
using Platform.Testing;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Containers;

/// <summary>The whole platform as one process, on free ports and a folder of its own, spoken to over HTTP about its application <c>shop</c>.</summary>
internal sealed class WholePlatform : IAsyncDisposable
{
    private static readonly string[] Modules = ["gateway", "autoscaler", "deployment", "healthmonitor", "traffic"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-docker-rollout-");
    private readonly FreePorts _ports = new();
    private readonly Dictionary<string, int> _port = new(StringComparer.Ordinal);

    /// <param name="socket">Where it finds its Docker engine, or does not.</param>
    public WholePlatform(string socket)
    {
        foreach (var module in Modules) _port[module] = _ports.Take();
        Process = new ServiceProcess(
            "platform", Path.Combine(Repository.Root, "services/Platform/bin/Release/net10.0/platform"), [_port["deployment"], _port["traffic"]],
            ["up", "--data", Data, "--set", $"Docker:Endpoint=unix://{socket}", .. Modules.SelectMany(m => new[] { "--set", $"Ports:{m}={_port[m]}" })],
            Path.Combine(_folder.FullName, "platform.log"));
    }

    public ServiceProcess Process { get; }

    /// <summary>Where visitors go.</summary>
    public Uri Traffic => new($"http://127.0.0.1:{_port["traffic"]}/");

    private string Data => Path.Combine(_folder.FullName, "data");

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Waits, and when it was in vain tells what the platform said last.</summary>
    public async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan deadline)
    {
        try
        {
            await Eventually.HoldsAsync(condition, what, deadline);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{Process.LastWords}", late);
        }
    }

    public async Task<Guid> DeployAsync(string manifest)
    {
        using var client = Client();
        using var body = new StringContent(manifest, Encoding.UTF8, "application/yaml");
        using var answer = await client.PostAsync("/api/deployment/deploy", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Accepted>(PlatformJson.Options))!.Id;
    }

    /// <summary>How a rollout ends; in this state, if one is named.</summary>
    public async Task<RolloutView> EndsAsync(Guid rollout, string? state)
    {
        RolloutView? last = null;
        await HoldsAsync(async () => (last = await GetAsync<RolloutView>($"deployments/{rollout}"))?.EndedAt is not null, "the rollout ends", TimeSpan.FromSeconds(120));
        Assert.True(state is null || last!.State == state, $"{last!.State}: {last.Message}");
        return last!;
    }

    /// <summary>The instances of the application's replicas, once so many are ready and no other is there.</summary>
    public async Task<HashSet<string>> ReadyAsync(int count)
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

    private HttpClient Client() => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_port["deployment"]}"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(Data, "admin.key")).Trim()) },
    };
}
