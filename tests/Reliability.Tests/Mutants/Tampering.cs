using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Platform.Storage;
using Platform.Storage.Engines;

namespace Platform.Reliability.Mutants;

/// <summary>What a mutant does to the statements of one life. Its state dies with that life, as memory does.</summary>
internal sealed class Tampering
{
    /// <summary>Another statement in place of the one asked for.</summary>
    public Func<string, string> Rewrite { get; init; } = sql => sql;

    /// <summary>Called before a statement runs; what it answers, if anything, is answered in its place.</summary>
    public Func<TamperedCommand, int?> Before { get; init; } = _ => null;

    /// <summary>Called after a statement ran.</summary>
    public Action<TamperedCommand> After { get; init; } = _ => { };

    /// <summary>Called after a commit.</summary>
    public Action Committed { get; init; } = () => { };

    /// <summary>Called before a transaction rolls back, with a way to run statements in it. True: it commits in place of that.</summary>
    public Func<Action<string>, bool> Failing { get; init; } = _ => false;

    /// <summary>Called after a rollback, with a way to run statements of their own.</summary>
    public Action<Action<string>> Failed { get; init; } = _ => { };
}

internal sealed class TamperedEngine(IEngine inner, Tampering tampering) : IEngine
{
    public SqlDialect Dialect => inner.Dialect;

    public string Location => inner.Location;

    public string IdentityColumn => inner.IdentityColumn;

    public async Task<(DbConnection Connection, DbTransaction Transaction, Action Release)> BeginWriteAsync(CancellationToken cancellation)
    {
        var (connection, transaction, release) = await inner.BeginWriteAsync(cancellation);
        var tampered = new TamperedConnection(connection, transaction, tampering);
        return (tampered, new TamperedTransaction(tampered, transaction, tampering), release);
    }

    public async Task<(DbConnection Connection, DbTransaction Transaction)> BeginReadAsync(CancellationToken cancellation)
    {
        var (connection, transaction) = await inner.BeginReadAsync(cancellation);
        var tampered = new TamperedConnection(connection, transaction, tampering);
        return (tampered, new TamperedTransaction(tampered, transaction, new Tampering()));
    }

    public Task PrepareAsync(CancellationToken cancellation) => inner.PrepareAsync(cancellation);

    public Task LockMigrationsAsync(Transaction transaction) => inner.LockMigrationsAsync(transaction);

    public void Forget() => inner.Forget();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class TamperedConnection(DbConnection inner, DbTransaction transaction, Tampering tampering) : DbConnection
{
    [AllowNull]
    public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public void Run(string sql, bool inTransaction = true)
    {
        using var command = inner.CreateCommand();
        if (inTransaction) command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Close() => inner.Close();

    public override void Open() => inner.Open();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new TamperedCommand(this, inner.CreateCommand(), transaction, tampering);

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

internal sealed class TamperedTransaction(TamperedConnection connection, DbTransaction inner, Tampering tampering) : DbTransaction
{
    private bool _over;

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    protected override DbConnection DbConnection => connection;

    public override void Commit()
    {
        _over = true;
        inner.Commit();
        tampering.Committed();
    }

    public override void Rollback()
    {
        _over = true;
        inner.Rollback();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_over)
        {
            _over = true;
            if (tampering.Failing(sql => connection.Run(sql))) inner.Commit();
            inner.Dispose();
            tampering.Failed(sql => connection.Run(sql, inTransaction: false));
        }

        base.Dispose(disposing);
    }
}

internal sealed class TamperedCommand(TamperedConnection connection, DbCommand inner, DbTransaction transaction, Tampering tampering) : DbCommand
{
    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override int CommandTimeout { get => inner.CommandTimeout; set => inner.CommandTimeout = value; }

    public override CommandType CommandType { get => inner.CommandType; set => inner.CommandType = value; }

    public override bool DesignTimeVisible { get => inner.DesignTimeVisible; set => inner.DesignTimeVisible = value; }

    public override UpdateRowSource UpdatedRowSource { get => inner.UpdatedRowSource; set => inner.UpdatedRowSource = value; }

    protected override DbConnection? DbConnection { get => connection; set => throw new NotSupportedException(); }

    protected override DbParameterCollection DbParameterCollection => inner.Parameters;

    protected override DbTransaction? DbTransaction { get; set; }

    /// <summary>A parameter's value.</summary>
    public object? this[string parameter] => inner.Parameters.Cast<DbParameter>().FirstOrDefault(p => p.ParameterName.TrimStart('@') == parameter)?.Value;

    public bool Is(string beginning) => CommandText.TrimStart().StartsWith(beginning, StringComparison.Ordinal);

    /// <summary>Runs another statement in the same transaction.</summary>
    public void Run(string sql) => connection.Run(sql);

    public override void Cancel() => inner.Cancel();

    public override void Prepare() => inner.Prepare();

    public override int ExecuteNonQuery() => tampering.Before(this) ?? Around(inner.ExecuteNonQuery);

    public override object? ExecuteScalar() => Around(inner.ExecuteScalar);

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        _ = tampering.Before(this);
        return Around(() => inner.ExecuteReader(behavior));
    }

    protected override DbParameter CreateDbParameter() => inner.CreateParameter();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private T Around<T>(Func<T> execute)
    {
        inner.Transaction = transaction;
        inner.CommandText = tampering.Rewrite(CommandText);
        var result = execute();
        tampering.After(this);
        return result;
    }
}
