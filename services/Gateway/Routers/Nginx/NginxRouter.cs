using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Options;
using Platform.Contracts.Traffic;
using Platform.Effects;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>
/// Has an nginx route by a table.
/// <code>
/// table ─▶ checked ─▶ files beside ─▶ nginx -t on them alone ─▶ in place ─▶ nginx -t on everything ─▶ reload ─▶ asked until it serves them
///             │                           │                         ▲             │                       │              │
///             └─ refused ◀────────────────┴── refused               └── taken back ┴─ refused              └─ refused ◀──┘
/// </code>
/// Refused before the reload, nginx never saw it and its files are as before. After the reload it is asked, and reloaded, again when the table comes again.
/// </summary>
internal sealed partial class NginxRouter : ITrafficRouter, IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    private readonly INginx _nginx;
    private readonly NginxOptions _options;
    private readonly NginxSettings _settings;
    private readonly NginxFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger<NginxRouter> _logger;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _left = new(StringComparer.Ordinal);

    public NginxRouter(INginx nginx, IOptions<NginxOptions> options, GatewayOptions forwarding, IEffects effects, TimeProvider time, ILogger<NginxRouter> logger)
    {
        _nginx = nginx;
        _options = options.Value;
        _settings = SettingsIn(_options.Folder!, _options, forwarding);
        _files = new NginxFiles(_settings.Folder, effects);
        _time = time;
        _logger = logger;
    }

    public string Name => "nginx";

    /// <summary>By its logs (<see cref="NginxSamples"/>).</summary>
    public bool TellsRequests => true;

    public async Task<string?> ApplyAsync(RouteTable table, CancellationToken cancellationToken)
    {
        var problems = NginxTable.Problems(table).ToList();
        if (problems.Count > 0) return string.Join(' ', problems);
        var wanted = NginxConfiguration.Of(table, _settings);
        var nobody = NginxConfiguration.Nobody(_settings);
        var files = new Dictionary<string, string>(wanted.Files, StringComparer.Ordinal) { [nobody.Path] = nobody.Content };
        return await InTurnAsync(
            () => ChangeAsync(
                table.Application,
                files,
                () => TryAloneAsync(table, cancellationToken),
                served => served is not null && served.Application == table.Application && served.Generation == table.Generation && served.Digest == wanted.Digest,
                cancellationToken),
            cancellationToken);
    }

    public async Task<string?> RemoveAsync(string application, CancellationToken cancellationToken)
    {
        if (!NginxTable.IsApplication(application)) return null;
        return await InTurnAsync(
            async () =>
            {
                if (_files.Differences(application, new Dictionary<string, string>()).Count == 0) return null;
                return await ChangeAsync(application, new Dictionary<string, string>(), () => Task.FromResult<string?>(null), served => served?.Application != application, cancellationToken);
            },
            cancellationToken);
    }

    public ValueTask<bool> HasDrainedAsync(RouteTable inForce, CancellationToken cancellationToken)
    {
        if (!NginxTable.IsApplication(inForce.Application)) return ValueTask.FromResult(true);
        // After a restart of ours the file's own time stands for when its predecessor left. Never there: nothing to wait for.
        var since = _left.TryGetValue(inForce.Application, out var left) ? left : _files.WrittenAt(inForce.Application);
        if (since is null || _time.GetUtcNow() - since >= inForce.DrainTimeout) return ValueTask.FromResult(true);
        return ValueTask.FromResult(_nginx.Workers() is { } workers && !workers.Any(w => w.Leaving));
    }

    public void Dispose() => _turn.Dispose();

    private static NginxSettings SettingsIn(string folder, NginxOptions options, GatewayOptions forwarding) => new()
    {
        Folder = folder.TrimEnd('/'),
        Listen = options.ListenOrDefault,
        Status = options.Status,
        Include = options.Include,
        Forwarding = forwarding,
        BodyLimit = options.BodyLimit,
    };

    /// <summary>One change at a time: nginx's configuration is one, whatever the number of applications.</summary>
    private async Task<string?> InTurnAsync(Func<Task<string?>> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_files.Undo()) LogUndone(_settings.Folder);
            return await change();
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            return $"its files cannot be written: {unwritten.Message}";
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<string?> ChangeAsync(string application, IReadOnlyDictionary<string, string> wanted, Func<Task<string?>> tryAlone, Func<NginxServed?, bool> isServed, CancellationToken ct)
    {
        var key = NginxText.Short(application);
        var differences = _files.Differences(application, wanted);
        if (differences.Count == 0 && isServed(await _nginx.ServedAsync(key, ct))) return null;
        if (differences.Count > 0)
        {
            if (await tryAlone() is { } wrong) return wrong;
            _files.Replace(differences);
        }

        if (await _nginx.TestAsync(file: null, ct) is { } refusal)
        {
            _files.Undo();
            return refusal;
        }

        _files.Keep();
        var before = _nginx.Workers();
        _left[application] = _time.GetUtcNow();
        if (await _nginx.ReloadAsync(ct) is { } deaf) return deaf;
        var began = _time.GetTimestamp();
        while (!isServed(await _nginx.ServedAsync(key, ct)) || TakesNew(before))
        {
            if (_time.GetElapsedTime(began) > _options.Timeout)
                return $"nginx was reloaded, and {_options.Timeout.TotalSeconds:0.#} s later does not serve the new configuration (asked at {_options.Status}). Is '{_settings.Folder}/*/*.conf' included in its http block? Its error log says more.";
            await Task.Delay(Look, _time, ct);
        }

        // From now on, not before, nobody new goes by the old configuration.
        _left[application] = _time.GetUtcNow();
        LogServed(application);
        return null;
    }

    /// <summary>Workers of before are still taking connections: nginx tells them to go a moment after it has started the new ones.</summary>
    private bool TakesNew(IReadOnlyList<NginxWorker>? before) =>
        before is not null && _nginx.Workers() is { } now && before.Any(b => !b.Leaving && now.Any(n => n.ProcessId == b.ProcessId && !n.Leaving));

    /// <summary>
    /// Has nginx read the application's files alone, in a folder of their own, before they come near the ones it runs by. What is wrong with the
    /// table is found here; what does not go together with other applications or with the operator's part is found in place.
    /// </summary>
    private async Task<string?> TryAloneAsync(RouteTable table, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_settings.Folder, ".candidate");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        try
        {
            var settings = _settings with { Folder = folder };
            var nobody = NginxConfiguration.Nobody(settings);
            foreach (var (path, content) in NginxConfiguration.Of(table, settings).Files.Append(new(nobody.Path, nobody.Content)))
            {
                var file = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await WriteAsync(file, content, cancellationToken);
            }

            var main = Path.Combine(folder, "nginx.conf");
            await WriteAsync(main, $"pid {folder}/nginx.pid;\nerror_log stderr;\nevents {{ }}\nhttp {{\n    access_log off;\n    client_body_temp_path {folder}/body;\n    proxy_temp_path {folder}/proxy;\n    include {folder}/*/*.conf;\n}}\n", cancellationToken);
            return (await _nginx.TestAsync(main, cancellationToken))?.Replace(folder, _settings.Folder, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Nothing depends on these files: no need for them to survive anything.</summary>
    private static async Task WriteAsync(string file, string content, CancellationToken cancellationToken)
    {
        await using var stream = File.Create(file);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(content), cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "nginx serves the new configuration of {Application}")]
    private partial void LogServed(string application);

    [LoggerMessage(2, LogLevel.Warning, "A change of nginx's files in {Folder} had been begun and not been checked; it was taken back")]
    private partial void LogUndone(string folder);
}
