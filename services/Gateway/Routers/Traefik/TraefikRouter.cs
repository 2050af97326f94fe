using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Contracts.Traffic;
using Platform.Effects;

namespace Platform.Gateway.Routers.Traefik;

/// <summary>
/// Has a Traefik route by a table: writes the file that its file provider watches and, where its API is given, asks until it shows the table;
/// otherwise waits as long as it may take to read the file.
/// </summary>
internal sealed class TraefikRouter : ITrafficRouter, IDisposable
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(2), MaxResponseContentBufferSize = 1 << 20 };
    private readonly ConcurrentDictionary<string, DateTimeOffset> _left = new(StringComparer.Ordinal);
    private readonly TraefikOptions _options;
    private readonly IEffects _effects;
    private readonly TimeProvider _time;

    public TraefikRouter(IOptions<TraefikOptions> options, IEffects effects, TimeProvider time) => (_options, _effects, _time) = (options.Value, effects, time);

    public string Name => "traefik";

    public async Task<string?> ApplyAsync(RouteTable table, CancellationToken cancellationToken)
    {
        var problems = TraefikConfiguration.Problems(table).ToList();
        if (problems.Count > 0) return string.Join(' ', problems);
        var (path, text) = (FileOf(table.Application), TraefikConfiguration.Text(table, _options));
        try
        {
            var present = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : null;
            if (present != text)
            {
                Directory.CreateDirectory(_options.Folder!);
                DurableFile.Write(_effects, path, Encoding.UTF8.GetBytes(text), Readable);
                _left[table.Application] = _time.GetUtcNow();
            }

            return await InForceAsync(table, path, cancellationToken);
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            return $"its file cannot be written: {unwritten.Message}";
        }
    }

    public Task<string?> RemoveAsync(string application, CancellationToken cancellationToken)
    {
        if (!Nginx.NginxTable.IsApplication(application) || !File.Exists(FileOf(application))) return Task.FromResult<string?>(null);
        _effects.Perform(EffectKind.FileRename, FileOf(application), () =>
        {
            File.Delete(FileOf(application));
            return true;
        });
        _left[application] = _time.GetUtcNow();
        return Task.FromResult<string?>(null);
    }

    /// <summary>Nobody outside sees what is under way in a Traefik: only time tells.</summary>
    public ValueTask<bool> HasDrainedAsync(RouteTable inForce, CancellationToken cancellationToken)
    {
        if (!Nginx.NginxTable.IsApplication(inForce.Application)) return ValueTask.FromResult(true);
        var file = new FileInfo(FileOf(inForce.Application));
        DateTimeOffset? since = _left.TryGetValue(inForce.Application, out var left) ? left : file.Exists ? file.LastWriteTimeUtc : null;
        return ValueTask.FromResult(since is null || _time.GetUtcNow() - since >= inForce.DrainTimeout + _options.Settle);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> InForceAsync(RouteTable table, string path, CancellationToken cancellationToken)
    {
        if (_options.Api is null)
        {
            var left = _options.Settle - (_time.GetUtcNow() - File.GetLastWriteTimeUtc(path));
            if (left > TimeSpan.Zero) await Task.Delay(left < _options.Settle ? left : _options.Settle, _time, cancellationToken);
            return null;
        }

        var began = _time.GetTimestamp();
        var seen = "";
        while (true)
        {
            seen = await SeenAsync(TraefikConfiguration.WeightedService(table), cancellationToken);
            if (seen == "enabled") return null;
            if (_time.GetElapsedTime(began) > _options.Timeout)
                return $"its API at {_options.Api} does not show table {table.Generation} as enabled {_options.Timeout.TotalSeconds:0.#} s after {path} was written: {seen}. Does its file provider watch {_options.Folder}?";
            await Task.Delay(Look, _time, cancellationToken);
        }
    }

    /// <summary>The service's status in Traefik's words, or what came in its place.</summary>
    private async Task<string> SeenAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(_options.Api!, $"/api/http/services/{service}@file"), cancellationToken);
            if (answer.StatusCode == HttpStatusCode.NotFound) return "it does not know it";
            if (!answer.IsSuccessStatusCode) return $"it answers {(int)answer.StatusCode}";
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("status", out var status) ? status.ToString() : "its answer has no status";
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return away.Message;
        }
    }

    private string FileOf(string application) => Path.Combine(_options.Folder!, $"platform-{application}.yml");
}
