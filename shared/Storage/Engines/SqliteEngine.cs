using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Platform.Storage.Engines;

/// <summary>
/// One file in write-ahead mode. Writers of this process queue up here, where waiting costs no thread;
/// other processes are held off by <c>BEGIN IMMEDIATE</c> and the busy timeout.
/// </summary>
internal sealed class SqliteEngine : IEngine
{
    private static readonly TimeSpan LongestQueue = TimeSpan.FromSeconds(30);
    private static readonly Lazy<bool> Native = new(() =>
    {
        SQLitePCL.Batteries_V2.Init();
        return true;
    });

    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly string _path;
    private readonly string _writing;
    private readonly string _reading;

    public SqliteEngine(string path)
    {
        _ = Native.Value;
        _path = path;
        var builder = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, DefaultTimeout = 15 };
        _writing = builder.ToString();
        builder.Mode = SqliteOpenMode.ReadWrite;
        _reading = builder.ToString();
    }

    public SqlDialect Dialect => SqlDialect.Sqlite;

    public string Location => _path;

    public string IdentityColumn => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public async Task<(DbConnection Connection, DbTransaction Transaction, Action Release)> BeginWriteAsync(CancellationToken cancellation)
    {
        if (!await _writer.WaitAsync(LongestQueue, cancellation))
            throw new TimeoutException($"Waited {LongestQueue.TotalSeconds:0} s to write to {_path}: one transaction holds it, perhaps one that begins another inside itself.");
        SqliteConnection? connection = null;
        try
        {
            connection = await OpenAsync(_writing, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;", cancellation);
            return (connection, connection.BeginTransaction(deferred: false), () => _writer.Release());
        }
        catch
        {
            if (connection is not null) await connection.DisposeAsync();
            _writer.Release();
            throw;
        }
    }

    public async Task<(DbConnection Connection, DbTransaction Transaction)> BeginReadAsync(CancellationToken cancellation)
    {
        var connection = await OpenAsync(_reading, "PRAGMA query_only = ON;", cancellation);
        try
        {
            return (connection, connection.BeginTransaction(deferred: true));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        KeepToOwner();
        await using var connection = await OpenAsync(_writing, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", cancellation);
        var journal = await connection.ExecuteScalarAsync<string>("PRAGMA journal_mode");
        var synchronous = await connection.ExecuteScalarAsync<long>("PRAGMA synchronous");
        if (journal != "wal" || synchronous < 2)
            throw new StorageUnfitException($"{_path} runs with journal_mode={journal} and synchronous={synchronous}; expected wal and 2 (FULL), without which a commit may be lost. Is the file on a network file system? Move the data folder to a local disk.");
    }

    /// <summary>SQLite would make the file as the umask says, readable by all as a rule; its log takes the mode of the file.</summary>
    private void KeepToOwner()
    {
        if (!File.Exists(_path))
        {
            new FileStream(_path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
        }
    }

    /// <summary>BEGIN IMMEDIATE has done it.</summary>
    public Task LockMigrationsAsync(Transaction transaction) => Task.CompletedTask;

    public void Forget()
    {
        using var writing = new SqliteConnection(_writing);
        using var reading = new SqliteConnection(_reading);
        SqliteConnection.ClearPool(writing);
        SqliteConnection.ClearPool(reading);
    }

    public ValueTask DisposeAsync()
    {
        Forget();
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<SqliteConnection> OpenAsync(string connectionString, string settings, CancellationToken cancellation)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await connection.ExecuteAsync(settings);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
