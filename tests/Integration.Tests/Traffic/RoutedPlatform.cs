using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Integration.Tests.Split;
using Platform.Testing;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Traffic;

/// <summary>The whole platform as one process, shipping the Storefront through its gateway or through an nginx.</summary>
internal sealed class RoutedPlatform : IAsyncDisposable
{
    private static readonly string[] Modules = ["gateway", "autoscaler", "deployment", "healthmonitor", "traffic"];
    private readonly TemporaryFolder _folder = new();
    private readonly FreePorts _ports = new();
    private readonly Dictionary<string, int> _port = new(StringComparer.Ordinal);
    private ServiceProcess _process = null!;

    public NginxServer? Nginx { get; private set; }

    /// <summary>Where clients come in.</summary>
    public Uri Traffic => Nginx?.Address ?? new Uri($"http://127.0.0.1:{_port["traffic"]}/");

    public string LastWords => _process.LastWords;

    public static async Task<RoutedPlatform> StartAsync(bool nginx)
    {
        var platform = new RoutedPlatform();
        foreach (var module in Modules) platform._port[module] = platform._ports.Take();
        var edge = Directory.CreateDirectory(platform._folder.File("edge")).FullName;
        if (nginx) platform.Nginx = await NginxServer.StartAsync(edge);
        IEnumerable<string> settings =
        [
            .. Modules.Select(m => $"Ports:{m}={platform._port[m]}"), .. platform.Nginx?.Settings ?? [], "Deployment:StopReplicasOnShutdown=true",
        ];
        platform._process = new ServiceProcess(
            "platform", Path.Combine(Repository.Root, "services/Platform/bin/Release/net10.0/platform"), [platform._port["deployment"], platform._port["traffic"]],
            ["up", "--data", platform._folder.File("data"), .. settings.SelectMany(s => new[] { "--set", s })],
            platform._folder.File("platform.log"));
        await platform._process.StartAsync();
        return platform;
    }

    /// <summary>Ships a revision.</summary>
    /// <param name="revision">v3 is broken.</param>
    /// <param name="rollout">The manifest's <c>rollout</c> section, in braces.</param>
    public async Task<Guid> DeployAsync(string revision, string rollout)
    {
        var manifest = $$"""
            name: storefront
            revision: {{revision}}
            runtime: process
            process: { command: ["dotnet", "Storefront.dll"], workingDirectory: {{Repository.Storefront}}, env: { STOREFRONT_VERSION: {{revision}} } }
            health: { path: /health, interval: 500ms, timeout: 2s, unhealthyAfter: 5 }
            scaling: { min: 2, max: 2 }
            rollout: {{rollout}}
            traffic: { router: {{(Nginx is null ? "gateway" : "nginx")}}, drainTimeout: 10s }
            """;
        using var client = Client("deployment");
        using var body = new StringContent(manifest, Encoding.UTF8, "application/yaml");
        using var answer = await client.PostAsync("/api/deployment/deploy", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Accepted>(PlatformJson.Options))!.Id;
    }

    public async Task<RolloutView> EndsAsync(Guid rollout, string state)
    {
        var last = await UntilAsync(rollout, r => r.EndedAt is not null, "ends");
        Assert.True(last.State == state, $"{last.State}: {last.Message}\n{_process.LastWords}");
        return last;
    }

    /// <summary>The rollout, once it is as asked for.</summary>
    public async Task<RolloutView> UntilAsync(Guid rollout, Func<RolloutView, bool> condition, string what)
    {
        using var client = Client("deployment");
        RolloutView? last = null;
        try
        {
            await Eventually.HoldsAsync(
                async () => condition(last = (await client.GetFromJsonAsync<RolloutView>($"/api/deployment/deployments/{rollout}", PlatformJson.Options))!), what, TimeSpan.FromSeconds(90));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}: {last?.State}: {last?.Message}\n{Nginx?.ErrorLog}\n{_process.LastWords}", late);
        }

        return last!;
    }

    /// <summary>A gateway's or deployment's answer to a GET, as text.</summary>
    public async Task<string> AskAsync(string module, string path)
    {
        using var client = Client(module);
        return await client.GetStringAsync(path);
    }

    public async Task PostAsync(string path, string json)
    {
        using var client = Client("deployment");
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Which revision the page is of.</summary>
    public async Task<string> VersionAsync(HttpClient client, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Traffic);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request);
        var page = await answer.Content.ReadAsStringAsync();
        var at = page.IndexOf("\"version\":\"", StringComparison.Ordinal);
        return at < 0 ? $"{(int)answer.StatusCode} {page}" : page.Substring(at + 11, 2);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { IsRunning: true }) await _process.StopAsync();
        if (_process is not null) await _process.DisposeAsync();
        if (Nginx is not null) await Nginx.DisposeAsync();
        _folder.Dispose();
    }

    private HttpClient Client(string module) => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_port[module]}"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(_folder.File("data/admin.key")).Trim()) },
    };
}
