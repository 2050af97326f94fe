using System.Diagnostics;

namespace Platform.Testing;

/// <summary>The distribution's nginx as an operator would set it up for the platform, in a folder of its own, on free ports.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    public const string Program = "/usr/sbin/nginx";

    private readonly string _folder;
    private readonly string _extra;
    private Process? _process;

    private NginxServer(string folder, string extra) => (_folder, _extra) = (folder, extra);

    /// <summary>Where clients come in.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public int Port { get; } = ServerProcess.FreePort();

    public int StatusPort { get; } = ServerProcess.FreePort();

    /// <summary>Where the platform writes.</summary>
    public string Generated => Path.Combine(_folder, "generated");

    public string PidFile => Path.Combine(_folder, "nginx.pid");

    public string Main => Path.Combine(_folder, "nginx.conf");

    public string ErrorLog => File.Exists(Path.Combine(_folder, "error.log")) ? File.ReadAllText(Path.Combine(_folder, "error.log")) : "(none)";

    /// <summary>Its settings of the gateway service, as <c>--set</c> takes them.</summary>
    public IReadOnlyList<string> Settings =>
    [
        $"Nginx:Folder={Generated}", $"Nginx:Command:0={Program}", "Nginx:Command:1=-c", $"Nginx:Command:2={Main}",
        $"Nginx:Listen:0=127.0.0.1:{Port}", $"Nginx:Status=127.0.0.1:{StatusPort}", $"Nginx:PidFile={PidFile}",
    ];

    /// <param name="folder">A folder of its own.</param>
    /// <param name="extra">What the operator has in the http block besides.</param>
    public static async Task<NginxServer> StartAsync(string folder, string extra = "")
    {
        Assert.SkipUnless(File.Exists(Program), "nginx is not installed (apt-get install nginx-light; ./test does it)");
        var server = new NginxServer(folder, extra);
        Directory.CreateDirectory(server.Generated);
        await server.WriteMainAsync(extra);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it, or starts it again.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(Program, ["-c", Main, "-g", "daemon off;"]) { WorkingDirectory = _folder, RedirectStandardError = true })!;
        await Eventually.HoldsAsync(() => !_process.HasExited ? File.Exists(PidFile) && new FileInfo(PidFile).Length > 0 : throw new InvalidOperationException($"nginx ended: {ErrorLog}"), "nginx runs");
    }

    /// <summary>Puts something into the operator's part of the configuration.</summary>
    public Task BreakAsync(string line) => WriteMainAsync(_extra + line);

    /// <summary>Takes it out again.</summary>
    public Task MendAsync() => WriteMainAsync(_extra);

    public async Task StopAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited)
        {
            using var term = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]);
            await term.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task WriteMainAsync(string extra)
    {
        await using var stream = File.Create(Main);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($$"""
            worker_processes 2;
            worker_shutdown_timeout 20s;
            error_log {{_folder}}/error.log notice;
            pid {{PidFile}};
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/body; proxy_temp_path {{_folder}}/proxy; fastcgi_temp_path {{_folder}}/f; uwsgi_temp_path {{_folder}}/u; scgi_temp_path {{_folder}}/s;
                {{extra}}
                include {{Generated}}/*/*.conf;
            }

            """));
    }
}
