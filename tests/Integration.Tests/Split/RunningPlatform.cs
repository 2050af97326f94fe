using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Testing;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Split;

/// <summary>The whole platform as one process, its replicas on this machine or on a real engine, and what one says to it and sees of it.</summary>
internal sealed class RunningPlatform : IAsyncDisposable
{
    private static readonly string[] Modules = ["gateway", "autoscaler", "deployment", "healthmonitor", "traffic"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-docker-rollout-");
    private readonly FreePorts _ports = new();
    private readonly Dictionary<string, int> _port = new(StringComparer.Ordinal);
    private readonly DockerEngine? _engine;
    private readonly string _runtime;

    public RunningPlatform(DockerEngine? engine, string runtime)
    {
        (_engine, _runtime) = (engine, runtime);
        foreach (var module in Modules) _port[module] = _ports.Take();
        Process = new ServiceProcess(
            "platform", Path.Combine(Repository.Root, "services/Platform/bin/Release/net10.0/platform"), [_port["deployment"], _port["traffic"]],
            ["up", "--data", Data, "--set", $"Docker:Endpoint=unix://{engine?.Socket ?? Path.Combine(_folder.FullName, "no-engine.sock")}", .. Modules.SelectMany(m => new[] { "--set", $"Ports:{m}={_port[m]}" })],
            Path.Combine(_folder.FullName, "platform.log"));
    }

    public ServiceProcess Process { get; }

    public Uri Traffic => new($"http://127.0.0.1:{_port["traffic"]}/");

    /// <summary>Its data folder, which is there before it is started.</summary>
    public string Data => Path.Combine(_folder.FullName, "data");

    public async Task<Guid> DeployAsync(string revision, string image, string rollout = "strategy: blueGreen, watch: 1s")
    {
        var manifest = $$"""
            name: shop
            revision: {{revision}}
            runtime: {{_runtime}}
            docker: { image: "{{image}}", command: [serve], env: { LISTEN: 0.0.0.0 }, readOnly: true }
            health: { path: / }
            resources: { cpu: 0.5, memory: 128Mi }
            scaling: { min: 2, max: 2 }
            rollout: { {{rollout}}, analysis: { judge: none } }
            """;
        var (accepted, answer) = await DeployAsync(manifest);
        return accepted ?? throw new InvalidOperationException(answer);
    }

    /// <summary>Sends a manifest.</summary>
    /// <returns>The rollout; null: it was not let in, and the answer says why.</returns>
    public async Task<(Guid? Rollout, string Answer)> DeployAsync(string manifest)
    {
        using var client = Client("deployment");
        using var body = new StringContent(manifest, Encoding.UTF8, "application/yaml");
        using var answer = await client.PostAsync("/api/deployment/deploy", body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? (System.Text.Json.JsonSerializer.Deserialize<Accepted>(text, PlatformJson.Options)!.Id, text) : (null, text);
    }

    public async Task AbortAsync(Guid rollout)
    {
        using var client = Client("deployment");
        using var answer = await client.PostAsJsonAsync($"/api/deployment/deployments/{rollout}/abort", new { reason = "enough" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public Task<RolloutView?> RolloutAsync(Guid rollout) => GetAsync<RolloutView>("deployment", $"/api/deployment/deployments/{rollout}");

    public async Task<RolloutView> EndsAsync(Guid rollout, string? state)
    {
        RolloutView? last = null;
        await HoldsAsync(async () => (last = await RolloutAsync(rollout))?.EndedAt is not null, "the rollout ends", TimeSpan.FromSeconds(120), () => $"{last?.State}: {last?.Message}");
        Assert.True(state is null || last!.State == state, $"{last!.State}: {last.Message}");
        return last!;
    }

    /// <summary>The containers of the application's replicas, once so many are ready and no other is there.</summary>
    public async Task<HashSet<string>> ReadyAsync(int count) => [.. (await SettledAsync(count)).Replicas.Select(r => r.Instance!)];

    /// <summary>The application, once so many replicas are ready and no other is there.</summary>
    public async Task<ApplicationView> SettledAsync(int count)
    {
        ApplicationView? last = null;
        await HoldsAsync(
            async () => (last = await GetAsync<ApplicationView>("deployment", "/api/deployment/applications/shop")) is { Rollout: null } shop && shop.ReadyReplicas == count && shop.Replicas.Count == count,
            $"{count} replicas are ready",
            TimeSpan.FromSeconds(90),
            () => $"{last?.ReadyReplicas} of {last?.Replicas.Count}");
        return last!;
    }

    /// <summary>The events of one kind that a rollout has led to, as the event log has them.</summary>
    public async Task<int> EventsAsync(string type, Guid rollout) =>
        (await GetAsync<EventPage>("healthmonitor", $"/events?type={type}&limit=200"))?.Items.Count(e => e.CorrelationId == rollout) ?? 0;

    public async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan deadline, Func<string>? found = null)
    {
        try
        {
            await Eventually.HoldsAsync(condition, what, deadline);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} {found?.Invoke()}\n{(_engine is null ? "" : await _engine.DockerAsync("ps", "--all"))}\n{Process.LastWords}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<T?> GetAsync<T>(string module, string path)
        where T : class
    {
        using var client = Client(module);
        try
        {
            return await client.GetFromJsonAsync<T>(path, PlatformJson.Options);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private HttpClient Client(string module) => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_port[module]}"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(Data, "admin.key")).Trim()) },
    };
}
