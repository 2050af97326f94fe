using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.Benchmarks.Gateway;

/// <summary>nginx or HAProxy as a child process, with a configuration and a folder of its own, on a free port of 127.0.0.1.</summary>
internal sealed class NativeServer : IAsyncDisposable
{
    public const string Nginx = "/usr/sbin/nginx";
    public const string HaProxy = "/usr/sbin/haproxy";

    private const string ConfigurationFile = "server.conf";

    private readonly Process _process;
    private readonly string _folder;

    private NativeServer(Process process, string folder, int port) => (_process, _folder, Address) = (process, folder, new Uri($"http://127.0.0.1:{port}/"));

    public Uri Address { get; }

    /// <summary>The upstream of all subjects: a fixed answer of 100 bytes.</summary>
    public static Task<NativeServer> StartUpstreamAsync() => StartAsync(Nginx, port => NginxConfiguration(1, $$"""
            server {
                listen 127.0.0.1:{{port}};
                location / { default_type text/plain; return 200 "{{new string('x', 100)}}"; }
            }
        """));

    public static Task<NativeServer> StartNginxAsync(Uri upstream) => StartNginxAsync(port => $$"""
            upstream app { server {{upstream.Authority}}; keepalive 128; }
            server {
                listen 127.0.0.1:{{port}};
                location / {
                    proxy_pass http://app;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $host;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto $scheme;
                }
            }
        """);

    /// <summary>nginx with two workers and the given upstreams and servers; it gets its port.</summary>
    public static Task<NativeServer> StartNginxAsync(Func<int, string> servers) => StartAsync(Nginx, port => NginxConfiguration(2, servers(port)));

    public static Task<NativeServer> StartHaProxyAsync(Uri upstream) => StartAsync(HaProxy, port => $"""
        global
            nbthread 2
        defaults
            mode http
            option http-keep-alive
            option forwardfor
            http-reuse always
            timeout connect 5s
            timeout client 60s
            timeout server 60s
        listen app
            bind 127.0.0.1:{port}
            server one {upstream.Authority}

        """);

    /// <summary>The process ids of nginx's workers.</summary>
    public IReadOnlyList<int> Workers() =>
        [.. File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    /// <summary>Replaces nginx's configuration, and has it started on new workers: <c>nginx -s reload</c>.</summary>
    public async Task ReloadAsync(Func<int, string> servers, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder, ConfigurationFile);
        await File.WriteAllTextAsync(file, NginxConfiguration(2, servers(Address.Port)), cancellationToken);
        using var reload = Process.Start(new ProcessStartInfo(Nginx, ["-p", _folder, "-c", file, "-s", "reload"]) { RedirectStandardError = true })!;
        var said = await reload.StandardError.ReadToEndAsync(cancellationToken);
        await reload.WaitForExitAsync(cancellationToken);
        if (reload.ExitCode != 0) throw new InvalidOperationException($"nginx -s reload ended with exit code {reload.ExitCode}: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        // Both end at once on SIGTERM; killed they would leave workers behind.
        using (var term = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"])) await term.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string NginxConfiguration(int workers, string servers) => $$"""
        daemon off;
        worker_processes {{workers}};
        error_log stderr error;
        pid nginx.pid;
        events { worker_connections 1024; }
        http {
            access_log off;
            keepalive_requests 1000000000;
            client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        {{servers}}
        }

        """;

    private static async Task<NativeServer> StartAsync(string binary, Func<int, string> configuration)
    {
        var port = FreePort();
        var folder = Directory.CreateTempSubdirectory("bench-gateway-").FullName;
        var file = Path.Combine(folder, ConfigurationFile);
        await using (var stream = File.Create(file)) await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(configuration(port)));
        string[] arguments = binary == Nginx ? ["-p", folder, "-c", file] : ["-f", file];
        var process = Process.Start(new ProcessStartInfo(binary, arguments) { WorkingDirectory = folder })!;
        var server = new NativeServer(process, folder, port);
        for (var tries = 0; tries < 100; tries++)
        {
            if (process.HasExited) throw new BenchUsageException($"{binary} ended with exit code {process.ExitCode}.");
            if (await AcceptsAsync(port)) return server;
            await Task.Delay(50);
        }

        await server.DisposeAsync();
        throw new BenchUsageException($"{binary} does not listen on 127.0.0.1:{port}.");
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
