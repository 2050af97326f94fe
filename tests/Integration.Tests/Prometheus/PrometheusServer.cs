using System.Diagnostics;
using System.Net;
using System.Text;
using Platform.Testing;

namespace Platform.Integration.Tests.Prometheus;

/// <summary>
/// A real Prometheus on a free port of this machine, scraping every 200 ms what <see cref="Exposed"/> says, as an application would expose
/// it; everything of it in a temporary folder.
/// </summary>
public sealed class PrometheusServer : IAsyncLifetime
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("prometheus-").FullName;
    private readonly HttpListener _application = new();
    private ChildServer? _server;
    private Task? _serving;

    /// <summary>Why there is none here; null: there is one.</summary>
    public string? Missing { get; } = Command.Exists("prometheus") ? null : "there is no Prometheus (apt-get install prometheus)";

    public int Port { get; } = ServerProcess.FreePort();

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>What the application exposes at present, in Prometheus' text format.</summary>
    public Func<string> Exposed { get; set; } = () => "";

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null) return;
        var application = ServerProcess.FreePort();
        _application.Prefixes.Add($"http://127.0.0.1:{application}/");
        _application.Start();
        _serving = ServeAsync();
        var configuration = Path.Combine(_folder, "prometheus.yml");
        await using (var file = File.Create(configuration))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(
                $$"""
                global: { scrape_interval: 200ms, scrape_timeout: 200ms }
                scrape_configs:
                  - job_name: shop
                    static_configs: [ { targets: ["127.0.0.1:{{application}}"] } ]
                """));
        }

        Start(configuration);
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(LongestStart);
        while (!await ReadyAsync(http))
        {
            if (_server!.HasEnded || patience.IsCancellationRequested) throw new InvalidOperationException($"Prometheus did not start: {_server.LastWord}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server) await server.EndAsync();
        _application.Close();
        if (_serving is { } serving) await serving;
        Directory.Delete(_folder, recursive: true);
    }

    private void Start(string configuration) => _server = ChildServer.Start(new ProcessStartInfo(
        "prometheus",
        [$"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(_folder, "data")}", $"--web.listen-address=127.0.0.1:{Port}", "--log.level=error"]));

    private async Task<bool> ReadyAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync(Address + "/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ServeAsync()
    {
        while (_application.IsListening)
        {
            try
            {
                var context = await _application.GetContextAsync();
                await using var body = context.Response.OutputStream;
                await body.WriteAsync(Encoding.UTF8.GetBytes(Exposed()));
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
