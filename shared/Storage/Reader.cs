using System.Data.Common;
using Dapper;

namespace Platform.Storage;

/// <summary>Reads a module's tables from one consistent snapshot. Parameters are written <c>@name</c>; columns map to properties by name, underscores ignored; <c>IN @list</c> takes an array.</summary>
public class Reader
{
    private protected Reader(Database database, DbConnection connection, DbTransaction inner, CancellationToken cancellation)
    {
        Database = database;
        Connection = connection;
        Inner = inner;
        Cancellation = cancellation;
    }

    /// <summary>Whose tables these are.</summary>
    public Database Database { get; }

    private protected DbConnection Connection { get; }

    private protected DbTransaction Inner { get; }

    private protected CancellationToken Cancellation { get; }

    internal static Reader Over(Database database, DbConnection connection, DbTransaction inner, CancellationToken cancellation)
        => new(database, connection, inner, cancellation);

    /// <summary>All rows of a query.</summary>
    /// <typeparam name="T">A class or record whose members are settable (<c>init</c> will do), or a scalar.</typeparam>
    /// <param name="sql">The query.</param>
    /// <param name="args">Its parameters: an object whose properties bear their names.</param>
    public virtual async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null)
        => (await Connection.QueryAsync<T>(Command(sql, args))).AsList();

    /// <summary>The first row of a query; the default of <typeparamref name="T"/> when there is none.</summary>
    /// <inheritdoc cref="QueryAsync{T}"/>
    public virtual Task<T?> FirstOrDefaultAsync<T>(string sql, object? args = null)
        => Connection.QueryFirstOrDefaultAsync<T>(Command(sql, args));

    private protected CommandDefinition Command(string sql, object? args)
        => new(Database.Dialect == SqlDialect.PostgreSql ? StatementText.ForArrays(sql) : sql, args, Inner, cancellationToken: Cancellation);
}
