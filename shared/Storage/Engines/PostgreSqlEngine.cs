using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace Platform.Storage.Engines;

/// <summary>One schema of a PostgreSQL database, found by the connection's search path.</summary>
internal sealed class PostgreSqlEngine : IEngine
{
    private const int DefaultPoolSize = 15;

    /// <summary>
    /// A service frozen or cut off in the middle of a transaction keeps its locks, the lease's among them, from whoever takes over, for
    /// as long as its connection looks alive. The server ends a transaction in which nothing has happened for this long.
    /// </summary>
    private const string IdleTransactions = "idle_in_transaction_session_timeout";
    private const string LongestIdleTransaction = "15s";
    private readonly NpgsqlDataSource _source;
    private readonly string _schema;

    public PostgreSqlEngine(string schema, string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = schema };
        builder.ApplicationName ??= $"platform-{schema}";
        // Eight modules with Npgsql's default of 100 each would exceed the server's default of 100 in all.
        if (!builder.ContainsKey("Maximum Pool Size")) builder.MaxPoolSize = DefaultPoolSize;
        if (!builder.ContainsKey("Timeout")) builder.Timeout = 5;
        if (builder.Options?.Contains(IdleTransactions, StringComparison.Ordinal) != true) builder.Options = $"{builder.Options} -c {IdleTransactions}={LongestIdleTransaction}".Trim();
        _schema = schema;
        _source = NpgsqlDataSource.Create(builder);
        Location = $"PostgreSQL at {builder.Host}:{builder.Port}, database {builder.Database}, schema {schema}";
    }

    public SqlDialect Dialect => SqlDialect.PostgreSql;

    public string Location { get; }

    public string IdentityColumn => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    public async Task<(DbConnection Connection, DbTransaction Transaction, Action Release)> BeginWriteAsync(CancellationToken cancellation)
    {
        var connection = await _source.OpenConnectionAsync(cancellation);
        return (connection, await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation), static () => { });
    }

    public async Task<(DbConnection Connection, DbTransaction Transaction)> BeginReadAsync(CancellationToken cancellation)
    {
        var connection = await _source.OpenConnectionAsync(cancellation);
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await connection.ExecuteAsync(new CommandDefinition("SET TRANSACTION READ ONLY", transaction: transaction, cancellationToken: cancellation));
        return (connection, transaction);
    }

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation);
        foreach (var setting in new[] { "synchronous_commit", "fsync" })
        {
            var value = await connection.ExecuteScalarAsync<string>($"SHOW {setting}");
            if (value is "off" or "local")
                throw new StorageUnfitException($"{Location} runs with {setting}={value}; expected on, without which a commit may be lost. Set it in postgresql.conf or for the role.");
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@schema, 7))", new { schema = _schema }, transaction);
        await connection.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {new NpgsqlCommandBuilder().QuoteIdentifier(_schema)}", transaction: transaction);
        await transaction.CommitAsync(cancellation);
    }

    public async Task LockMigrationsAsync(Transaction transaction)
        => await transaction.FirstOrDefaultAsync<object>("SELECT pg_advisory_xact_lock(hashtextextended(@schema, 11))", new { schema = _schema });

    public void Forget() => _source.Clear();

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
