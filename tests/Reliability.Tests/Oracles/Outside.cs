using Dapper;
using Microsoft.Data.Sqlite;

namespace Platform.Reliability.Oracles;

/// <summary>Reads the service's database from outside it, past all of its code.</summary>
internal sealed class Outside(string folder)
{
    private readonly string _connection = new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(folder, "deployment.db"),
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
        DefaultTimeout = 10,
    }.ToString();

    public IReadOnlyList<T> Query<T>(string sql, object? args = null)
    {
        using var connection = new SqliteConnection(_connection);
        connection.Open();
        return connection.Query<T>(sql, args).AsList();
    }

    public T Value<T>(string sql, object? args = null) => Query<T>(sql, args) is [var first, ..] ? first : default!;

    /// <summary>For mutants that tamper with the data.</summary>
    public int Execute(string sql, object? args = null)
    {
        using var connection = new SqliteConnection(_connection);
        connection.Open();
        return connection.Execute(sql, args);
    }
}
