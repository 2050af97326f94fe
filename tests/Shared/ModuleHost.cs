using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Metrics.Streaming;

namespace Platform.Testing;

/// <summary>Real modules in one process on free ports: in-memory bus, in-process metric stream, SQLite in a temporary folder.</summary>
internal sealed class ModuleHost : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly bool _ownsData;

    private ModuleHost(WebApplication app, string data, bool ownsData) => (App, Data, _ownsData) = (app, data, ownsData);

    public WebApplication App { get; }

    public string Data { get; }

    public static async Task<ModuleHost> StartAsync(IReadOnlyList<ServiceModule> modules, string[]? args = null, string? data = null, Action<WebApplicationBuilder>? configure = null)
    {
        var folder = data ?? Directory.CreateTempSubdirectory("platform-modules-").FullName;
        var app = ServiceHost.Build(
            ["--data", folder, "--Log:Level=fatal", .. modules.Select(module => $"--Ports:{module.Name}=0"), .. args ?? []], modules, configure);
        await app.StartAsync();
        return new ModuleHost(app, folder, data is null);
    }

    public Uri Address(string module) => App.Services.GetRequiredService<IServiceAddresses>().Control(module);

    public HttpClient Anonymous(string module) => new() { BaseAddress = Address(module) };

    public HttpClient Admin(string module)
    {
        var client = Anonymous(module);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(Data, "admin.key")).Trim());
        return client;
    }

    public Task PublishAsync<T>(T happened) where T : class, IEvent => App.Services.GetRequiredService<IEventPublisher>().PublishAsync(happened);

    /// <summary>Puts the same samples on the stream for each of the last seconds.</summary>
    public void Measure(string application, int seconds, params MetricSample[] samples)
    {
        var stream = App.Services.GetRequiredService<IMetricStream>();
        var now = DateTimeOffset.UtcNow;
        for (var second = seconds - 1; second >= 0; second--)
        {
            stream.Publish(new MetricBatch { Source = "test", Application = application, At = now.AddSeconds(-second), Interval = TimeSpan.FromSeconds(1), Samples = samples });
        }
    }

    /// <summary>Asks until the answer is as wanted; fails with the last answer.</summary>
    public static async Task<JsonElement> UntilAsync(HttpClient client, string path, Func<JsonElement, bool> wanted)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        JsonElement last = default;
        while (!deadline.IsCancellationRequested)
        {
            last = await client.GetFromJsonAsync<JsonElement>(path);
            if (wanted(last)) return last;
            await Task.Delay(50);
        }

        throw new TimeoutException($"{path} did not become as wanted; last: {last}");
    }

    public static async Task UntilAsync(Func<bool> wanted, string what)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!wanted())
        {
            if (deadline.IsCancellationRequested) throw new TimeoutException($"It did not happen: {what}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (_ownsData) Directory.Delete(Data, recursive: true);
    }
}
