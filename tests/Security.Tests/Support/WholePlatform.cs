using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Autoscaler;
using Platform.Deployment;
using Platform.Gateway;
using Platform.HealthMonitor;
using Platform.Hosting;
using Platform.Hosting.Security;
using Platform.Testing;

namespace Platform.Security.Tests.Support;

/// <summary>All services in one process on free ports, and a key of every role.</summary>
internal sealed class WholePlatform : IAsyncDisposable
{
    public const string DaprToken = "sidecar-token-of-the-tests";

    private readonly ModuleHost _host;
    private readonly Dictionary<string, string> _keys = [];
    private readonly ConcurrentDictionary<string, HttpClient> _admins = new();

    private WholePlatform(ModuleHost host)
    {
        _host = host;
        var store = host.App.Services.GetRequiredService<KeyStore>();
        foreach (var role in new[] { Roles.Viewer, Roles.Operator }) _keys[role] = store.Create("test-" + role, role, null).Secret;
        _keys[Roles.Admin] = File.ReadAllText(Path.Combine(host.Data, "admin.key")).Trim();
    }

    public static IReadOnlyList<ServiceModule> Services { get; } =
        [GatewayModule.Module, DeploymentModule.Module, AutoscalerModule.Module, HealthMonitorModule.Module];

    public IServiceProvider Provider => _host.App.Services;

    public string Data => _host.Data;

    public Uri Traffic => Provider.GetRequiredService<IServiceAddresses>().Traffic("gateway")!;

    public string Key(string role) => _keys[role];

    public Uri Address(string module) => _host.Address(module);

    /// <summary>Starts it.</summary>
    /// <param name="further">Modules beside the services.</param>
    /// <param name="args">Configuration.</param>
    /// <param name="data">The data folder; null: a temporary one.</param>
    public static async Task<WholePlatform> StartAsync(IReadOnlyList<ServiceModule>? further = null, string[]? args = null, string? data = null)
    {
        var platform = new WholePlatform(await ModuleHost.StartAsync(
            [.. Services, .. further ?? []], ["--Ports:traffic=0", "--Auth:MaxFailures=1000", $"--Dapr:AppApiToken={DaprToken}", .. args ?? []], data));

        // Its first start stores the default rules; until then it is not what later snapshots are compared with.
        await ModuleHost.UntilAsync(platform.Admin("healthmonitor"), "/rules", rules => rules.GetProperty("items").GetArrayLength() > 0);
        return platform;
    }

    /// <summary>The admin's client of one service, shared: for tests that ask thousands of times.</summary>
    public HttpClient Admin(string module) => _admins.GetOrAdd(module, _ => Client(module, Roles.Admin));

    /// <summary>A client of one service; with the key of a role, or without any.</summary>
    public HttpClient Client(string module, string? role)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address(module) };
        if (role is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key(role));
        return client;
    }

    public async Task<JsonElement> GetAsync(string module, string path)
    {
        return await Admin(module).GetFromJsonAsync<JsonElement>(path);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(string module, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await Admin(module).SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _admins.Values) client.Dispose();
        await _host.DisposeAsync();
    }
}

/// <summary>One platform for all tests that leave it as it was.</summary>
public sealed class SharedPlatform : IAsyncLifetime
{
    internal WholePlatform Platform { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Platform = await WholePlatform.StartAsync();

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
