using Npgsql;

namespace Platform.Testing;

/// <summary>A PostgreSQL cluster of the tests' own, on a free port in a temporary folder. Each test takes a database of its own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-postgres-");
    private readonly int _port = ServerProcess.FreePort();
    private readonly string? _binaries = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(v => Path.Combine(v, "bin")).Where(b => File.Exists(Path.Combine(b, "initdb"))).Max()
        : null;

    /// <summary>Why there is no server here; null: there is one.</summary>
    public string? Missing => _binaries is null ? "PostgreSQL is not installed (apt-get install postgresql)" : null;

    private string Log => Path.Combine(_folder.FullName, "log");

    private string Data => Path.Combine(_folder.FullName, "data");

    public async ValueTask InitializeAsync()
    {
        if (_binaries is null) return;
        _folder.UnixFileMode = (UnixFileMode)0b111_111_111;
        await RunAsync("initdb", "-D", Data, "-U", "platform", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        await StartAsync();
    }

    /// <summary>Starts it, or starts it again on the same port and data.</summary>
    public Task StartAsync() => RunAsync(
        "pg_ctl", "start", "-s", "-w", "-t", "300", "-D", Data, "-l", Log, "-o", $"-p {_port} -k {_folder.FullName} -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=16MB");

    /// <summary>As a crash would: connections break, nothing is written any more.</summary>
    public Task StopAsync() => RunAsync("pg_ctl", "stop", "-s", "-w", "-t", "300", "-D", Data, "-m", "immediate");

    /// <summary>A new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_binaries is not null) await StopAsync();
        _folder.Delete(recursive: true);
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Database={database};Username=platform";

    private Task RunAsync(string program, params string[] arguments)
    {
        var start = ServerProcess.As("postgres", Path.Combine(_binaries!, program), arguments);
        start.Environment["LC_ALL"] = "C";
        start.WorkingDirectory = "/";
        start.RedirectStandardOutput = program == "initdb";
        return ServerProcess.RunAsync(start, Log);
    }
}
