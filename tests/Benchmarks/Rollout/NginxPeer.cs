using Platform.Benchmarks.Gateway;
using Platform.CommandLine.Hosting;

namespace Platform.Benchmarks.Rollout;

/// <summary>
/// What a careful operator does with nginx: start the new replicas, wait until they are healthy, write the upstream, <c>nginx -s reload</c>,
/// wait until the old workers have ended (they finish what is under way), stop the old replicas.
/// </summary>
internal sealed class NginxPeer : IRolloutSubject
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly RolloutBenchOptions _options;
    private readonly TimeProvider _clock;
    private readonly string _journal;
    private List<Storefront> _replicas = [];
    private NativeServer? _nginx;

    private NginxPeer(string journal, RolloutBenchOptions options, TimeProvider clock) => (_journal, _options, _clock) = (journal, options, clock);

    public string Name => "nginx reload";

    public string Strategy => "blueGreen";

    public Uri Traffic => _nginx!.Address;

    /// <summary>The operator waits for facts alone.</summary>
    public TimeSpan DeclaredWaits => TimeSpan.Zero;

    public string Revision { get; private set; } = "";

    public static async Task<NginxPeer> StartAsync(string folder, string revision, RolloutBenchOptions options, TimeProvider clock, CancellationToken ct)
    {
        var peer = new NginxPeer(Path.Combine(folder, "nginx.journal"), options, clock);
        try
        {
            peer._replicas = await peer.StartReplicasAsync(revision, ct);
            peer._nginx = await NativeServer.StartNginxAsync(port => Servers(port, peer._replicas));
            peer.Revision = revision;
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async Task<SwitchEnd> SwitchAsync(string revision, CancellationToken ct)
    {
        var (nginx, old, asked) = (_nginx!, _replicas, _clock.GetTimestamp());
        _replicas = await StartReplicasAsync(revision, ct);
        var workers = nginx.Workers();
        await nginx.ReloadAsync(port => Servers(port, _replicas), ct);
        var began = _clock.GetTimestamp();
        var deployed = _clock.GetElapsedTime(asked, began);
        while (workers.Any(Signals.IsAlive))
        {
            if (_clock.GetElapsedTime(began) > Patience) return new SwitchEnd($"nginx's old workers have not ended within {Patience.TotalSeconds:0} s", deployed);
            await Task.Delay(TimeSpan.FromMilliseconds(50), _clock, ct);
        }

        await Task.WhenAll(old.Select(replica => replica.DisposeAsync().AsTask()));
        Revision = revision;
        return new SwitchEnd(null, deployed);
    }

    public async Task<IReadOnlyList<string>> OrdersAsync() => File.Exists(_journal) ? await File.ReadAllLinesAsync(_journal) : [];

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null) await _nginx.DisposeAsync();
        await Task.WhenAll(_replicas.Select(replica => replica.DisposeAsync().AsTask()));
        _http.Dispose();
    }

    private async Task<List<Storefront>> StartReplicasAsync(string revision, CancellationToken ct)
    {
        var replicas = Enumerable.Range(0, _options.Replicas).Select(_ => Storefront.Start(revision, _journal)).ToList();
        try
        {
            await Task.WhenAll(replicas.Select(replica => replica.WaitUntilHealthyAsync(_http, _clock, ct)));
            return replicas;
        }
        catch
        {
            await Task.WhenAll(replicas.Select(replica => replica.DisposeAsync().AsTask()));
            throw;
        }
    }

    private static string Servers(int port, IEnumerable<Storefront> replicas) => $$"""
            map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
            upstream storefront {
                least_conn;
                {{string.Join(' ', replicas.Select(replica => $"server 127.0.0.1:{replica.Port};"))}}
                keepalive 128;
            }
            server {
                listen 127.0.0.1:{{port}};
                location / {
                    proxy_pass http://storefront;
                    proxy_http_version 1.1;
                    proxy_buffering off;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_upgrade;
                    proxy_set_header Host $host;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto $scheme;
                }
            }
        """;
}
