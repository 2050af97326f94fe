using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Gateway.Routing;
using Platform.Metrics.Streaming;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>
/// Once per second, what nginx answered, by replica, from the logs that its generated configuration has it write; so that a canary behind nginx
/// is judged and scaled like any other. Keeps the logs small: they are read, not kept.
/// </summary>
internal sealed partial class NginxSamples(
    RouteTables tables, LocalNginx nginx, IOptions<NginxOptions> options, IMetricStream stream, IEffects effects, TimeProvider time, ILogger<NginxSamples> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private readonly string _logs = Path.Combine(options.Value.Folder!, "logs");

    public override void Dispose()
    {
        foreach (var followed in _followed.Values) followed.Log.Dispose();
        base.Dispose();
    }

    /// <summary>Publishes what ended since the last call.</summary>
    internal async Task PublishAsync(CancellationToken cancellationToken)
    {
        foreach (var route in tables.Snapshot.Routes.Where(r => r.Table.Router == "nginx" || _followed.ContainsKey(r.Application)))
        {
            if (!_followed.TryGetValue(route.Application, out var followed))
                _followed[route.Application] = followed = new Followed(new AccessLog(PathOf(route.Application), time), new NginxTraffic());
            followed.Traffic.Use(route.Table);
            followed.Log.Read(followed.Traffic.Add);
            var samples = followed.Traffic.Take();
            if (samples.Count > 0)
                stream.Publish(new MetricBatch { Source = "nginx", Application = route.Application, At = time.GetUtcNow(), Interval = Interval, Samples = samples });
            await KeepSmallAsync(route.Application, followed, cancellationToken);
        }

        foreach (var gone in _followed.Keys.Where(a => tables.Find(a) is not { Removed: false }).ToList())
        {
            if (_followed.Remove(gone, out var followed)) followed.Log.Dispose();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PublishAsync(stoppingToken);
            }
            catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
            {
                LogUnread(unread.Message);
            }
        }
    }

    /// <summary>Begins a log anew when it has been read far enough. The old one goes when the new one is being read.</summary>
    private async Task KeepSmallAsync(string application, Followed followed, CancellationToken cancellationToken)
    {
        var (path, old) = (PathOf(application), PathOf(application) + ".1");
        if (followed.Log.IsReadOn) return;
        if (File.Exists(old))
        {
            effects.Perform(EffectKind.FileRename, old, () =>
            {
                File.Delete(old);
                return true;
            });
        }

        if (followed.Log.Position < options.Value.LogLimit) return;
        effects.Perform(EffectKind.FileRename, path, () =>
        {
            File.Move(path, old, overwrite: true);
            return true;
        });
        if (await nginx.ReopenAsync(cancellationToken) is { } deaf) LogNotReopened(path, deaf);
    }

    private string PathOf(string application) => Path.Combine(_logs, $"{application}.log");

    [LoggerMessage(1, LogLevel.Warning, "nginx's logs cannot be read, so that its requests are neither judged nor scaled by: {Reason}")]
    private partial void LogUnread(string reason);

    [LoggerMessage(2, LogLevel.Warning, "nginx could not be told to begin {File} anew: {Reason}")]
    private partial void LogNotReopened(string file, string reason);

    private sealed record Followed(AccessLog Log, NginxTraffic Traffic);
}
