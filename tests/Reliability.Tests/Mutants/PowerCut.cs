using System.Data.Common;
using Microsoft.Data.Sqlite;
using Platform.Storage;
using Platform.Storage.Engines;

namespace Platform.Reliability.Mutants;

/// <summary>
/// An SQLite engine on a disk that can lose its power. Which commits had been flushed is asked of each connection when it begins
/// (<c>PRAGMA synchronous</c>), so a service that turned flushing off, as the mutant does, loses what it wrote since.
/// </summary>
internal sealed class PowerCut(SqliteEngine inner, string path, bool off) : IEngine
{
    private bool _flushes;
    private long _flushed;

    public SqlDialect Dialect => inner.Dialect;

    public string Location => inner.Location;

    public string IdentityColumn => inner.IdentityColumn;

    private string Log => path + "-wal";

    public async Task<(DbConnection Connection, DbTransaction Transaction, Action Release)> BeginWriteAsync(CancellationToken cancellation)
    {
        var (connection, transaction, release) = off ? BeginUnflushed() : await inner.BeginWriteAsync(cancellation);
        await using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "PRAGMA synchronous";
            _flushes = Convert.ToInt64(await command.ExecuteScalarAsync(cancellation)) >= 2;
        }

        return (connection, transaction, () =>
        {
            if (_flushes) Flush();
            release();
        });
    }

    public Task<(DbConnection Connection, DbTransaction Transaction)> BeginReadAsync(CancellationToken cancellation) => inner.BeginReadAsync(cancellation);

    public Task PrepareAsync(CancellationToken cancellation) => inner.PrepareAsync(cancellation);

    public Task LockMigrationsAsync(Transaction transaction) => inner.LockMigrationsAsync(transaction);

    public void Forget() => inner.Forget();

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>What has been written so far is on the disk.</summary>
    public void Flush() => _flushed = File.Exists(Log) ? new FileInfo(Log).Length : 0;

    /// <summary>The power goes. What was on the disk is found under another name.</summary>
    public string Cut(string survivor)
    {
        File.Copy(path, survivor);
        using (var log = File.Open(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        using (var rest = File.Create(survivor + "-wal"))
        {
            var bytes = new byte[_flushed];
            log.ReadExactly(bytes);
            rest.Write(bytes);
        }

        return survivor;
    }

    private (DbConnection, DbTransaction, Action) BeginUnflushed()
    {
        var connection = new SqliteConnection($"Data Source={path}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous = OFF";
        command.ExecuteNonQuery();
        return (connection, connection.BeginTransaction(deferred: false), () => { });
    }
}
