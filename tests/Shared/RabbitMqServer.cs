using System.Diagnostics;

namespace Platform.Testing;

/// <summary>A RabbitMQ node of the tests' own: name, ports, cookie and data apart from any other's. Each test takes a virtual host of its own.</summary>
public sealed class RabbitMqServer : IAsyncLifetime
{
    private const int VirtualHosts = 40;
    private static readonly TimeSpan LongestBoot = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-rabbitmq-");
    private readonly int _port = ServerProcess.FreePort();
    private readonly int _distribution = ServerProcess.FreePort();
    private readonly int _mapper = ServerProcess.FreePort();
    private readonly string? _scripts = Directory.Exists("/usr/lib/rabbitmq/lib")
        ? Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").Select(d => Path.Combine(d, "sbin")).Max()
        : null;
    private Process? _server;
    private Uri? _management;
    private int _taken;

    /// <summary>Why there is no server here; null: there is one.</summary>
    public string? Missing => _scripts is null ? "RabbitMQ is not installed (apt-get install rabbitmq-server)" : null;

    public int Port => _port;

    public async ValueTask InitializeAsync()
    {
        if (_scripts is null) return;
        _folder.UnixFileMode = (UnixFileMode)0b111_111_111;
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "plugins"), "[].\n");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "rabbit.conf"), "log.console = false\nvm_memory_high_watermark.relative = 0.4\ndisk_free_limit.absolute = 50MB\n");
        await StartAsync();
        await ControlAsync("eval",
            $"lists:foreach(fun(N) -> V = list_to_binary(\"t\" ++ integer_to_list(N)), rabbit_vhost:add(V, <<\"test\">>), rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, V, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>) end, lists:seq(1, {VirtualHosts})).");
    }

    /// <summary>Starts it, or starts it again on the same port and data.</summary>
    public async Task StartAsync()
    {
        var start = Prepare("rabbitmq-server");
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _server = Process.Start(start)!;
        _server.OutputDataReceived += (_, _) => { };
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        await Eventually.HoldsAsync(() => ServerProcess.AnswersAsync(_port), "RabbitMQ answers", LongestBoot);
    }

    /// <summary>
    /// As a crash would; but not of queues just born. A quorum queue's place in the registry (names.dets) reaches the disk half a second
    /// late (rabbitmq/ra#443); one whose broker is killed before that comes back without a leader, for good, and nothing its clients do helps.
    /// </summary>
    public async Task StopAsync()
    {
        if (_server is null) return;
        await ControlAsync("eval", "[ok = dets:sync(T) || T <- dets:all()].");
        await KillAsync();
    }

    /// <summary>A virtual host nobody has used.</summary>
    public Uri TakeVirtualHost()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var number = Interlocked.Increment(ref _taken);
        Assert.InRange(number, 1, VirtualHosts);
        return new Uri($"amqp://guest:guest@127.0.0.1:{_port}/t{number}");
    }

    /// <summary>Its management API, which is started when the first test asks for it.</summary>
    public async Task<Uri> EnableManagementAsync()
    {
        if (_management is null)
        {
            var port = ServerProcess.FreePort();
            await ControlAsync("eval", $"application:load(rabbitmq_management), application:set_env(rabbitmq_management, tcp_config, [{{ip, \"127.0.0.1\"}}, {{port, {port}}}]).");
            await RunAsync("rabbitmq-plugins", "enable", "rabbitmq_management");
            _management = new Uri($"http://127.0.0.1:{port}");
        }

        return _management;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await KillAsync();
        if (_scripts is not null)
        {
            var mapper = ServerProcess.As("rabbitmq", "epmd", ["-port", $"{_mapper}", "-kill"]);
            mapper.RedirectStandardOutput = true;
            using var process = Process.Start(mapper)!;
            await process.WaitForExitAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task KillAsync()
    {
        _server!.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    private Task ControlAsync(params string[] arguments) => RunAsync("rabbitmqctl", arguments);

    private async Task RunAsync(string program, params string[] arguments)
    {
        var start = Prepare(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await output}{await error}");
    }

    private ProcessStartInfo Prepare(string program, params string[] arguments)
    {
        var start = ServerProcess.As("rabbitmq", Path.Combine(_scripts!, program), arguments);
        start.WorkingDirectory = _folder.FullName;
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = _folder.FullName,
            ["ERL_EPMD_PORT"] = $"{_mapper}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"platform{_port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{_port}",
            ["RABBITMQ_DIST_PORT"] = $"{_distribution}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder.FullName, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder.FullName, "logs"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(_folder.FullName, "pid"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder.FullName, "plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder.FullName, "rabbit.conf"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        })
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
