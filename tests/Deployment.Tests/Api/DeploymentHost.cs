using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Contracts;
using Platform.Contracts.Http;
using Platform.Contracts.Traffic;
using Platform.Deployment.Replicas;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Messaging;
using Platform.Testing.DeploymentWorld;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Tests.Api;

/// <summary>The service as people reach it: over HTTP, with keys, beside a fake gateway; on a fake machine or on the real one.</summary>
internal sealed class DeploymentHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _data;

    private DeploymentHost(WebApplication app, string data, FakeMachine machine, FakeGateway gateway)
    {
        (_app, _data, Machine, Gateway) = (app, data, machine, gateway);
        Client = new HttpClient { BaseAddress = app.Services.GetRequiredService<IServiceAddresses>().Control("deployment") };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(data, "admin.key")).Trim());
    }

    public FakeMachine Machine { get; }

    public FakeGateway Gateway { get; }

    /// <summary>With the admin's key.</summary>
    public HttpClient Client { get; }

    /// <summary>With a new operator's key.</summary>
    public async Task<HttpClient> OperatorAsync(string name)
    {
        var key = await ReadAsync<JsonElement>(await Client.PostAsJsonAsync("/keys", new { name, role = "operator" }));
        var client = new HttpClient { BaseAddress = Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.GetProperty("key").GetString());
        return client;
    }

    public IServiceProvider Services => _app.Services;

    public static async Task<DeploymentHost> StartAsync(bool realProcesses = false)
    {
        var data = Directory.CreateTempSubdirectory("deployment-host-").FullName;
        var machine = new FakeMachine();
        var gateway = new FakeGateway();
        machine.IsRouted = gateway.Routes;
        var neighbour = new ServiceModule(
            "gateway",
            0,
            builder =>
            {
                builder.Services.AddSingleton(machine);
                builder.Services.AddSingleton(gateway);
                builder.Services.AddSingleton(new ConcurrentDictionary<Guid, IEvent>());
                builder.AddModuleMessaging("gateway", bus =>
                {
                    bus.AddConsumer<FakeGatewayConsumer>(stateless: true);
                    bus.HandlesCommand<ShiftTraffic>();
                });
                if (realProcesses) return;
                builder.Services.RemoveAll<IReplicaRuntime>();
                builder.Services.AddSingleton<IReplicaRuntime, FakeRuntime>();
                builder.Services.Replace(ServiceDescriptor.Singleton<IHealthProbe, FakeProbe>());
                builder.Services.Replace(ServiceDescriptor.Singleton<IReplicaPorts, FakePorts>());
            },
            _ => { });
        var app = ServiceHost.Build(
            ["--data", data, "--Log:Level=error", "--Ports:deployment=0", "--Deployment:StopReplicasOnShutdown=true", "--Deployment:RolloutTick=100ms", "--Deployment:Resync=200ms"],
            [DeploymentModule.Module, neighbour]);
        await app.StartAsync();
        return new DeploymentHost(app, data, machine, gateway);
    }

    public Task<HttpResponseMessage> DeployAsync(string yaml, string query = "") =>
        Client.PostAsync("/api/deployment/deploy" + query, new StringContent(yaml, Encoding.UTF8, "application/yaml"));

    public async Task<T> GetAsync<T>(string path) => (await Client.GetFromJsonAsync<T>(path, PlatformJson.Options))!;

    /// <summary>Deploys and waits for the end.</summary>
    public async Task<RolloutView> DeployToTheEndAsync(string yaml)
    {
        var answer = await DeployAsync(yaml);
        var accepted = await ReadAsync<Accepted>(answer);
        RolloutView? view = null;
        await World.UntilAsync("the rollout has ended", async () => (view = await GetAsync<RolloutView>(accepted.Location)).EndedAt is not null, () => $"it is {view?.State}: {view?.Message}");
        return view!;
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonSerializer.Deserialize<T>(text, PlatformJson.Options)!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
