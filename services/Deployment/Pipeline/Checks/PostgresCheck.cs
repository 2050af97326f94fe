using System.Net.Sockets;
using Npgsql;
using Platform.Workloads.Manifests;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Pipeline.Checks;

/// <summary>A PostgreSQL database: logged in as the connection string says, it must answer <c>SELECT 1</c>.</summary>
internal sealed class PostgresCheck(ISecrets secrets) : ICheck
{
    public bool Handles(CheckSpec check) => check.Postgres is not null;

    public string Subject(CheckSpec check) => $"PostgreSQL at {check.Postgres}";

    public async Task<JobResult> AskAsync(CheckSpec check, JobContext job, CancellationToken ct)
    {
        if (SecretReference.Resolve(secrets, check.Postgres!, out var missing) is not { } value) return JobResult.Failed($"{Subject(check)}: the secret {missing}");
        NpgsqlConnectionStringBuilder target;
        try
        {
            // A connection of its own: what a pool has proves nothing of now.
            target = new NpgsqlConnectionStringBuilder(value) { Pooling = false, Timeout = (int)Math.Ceiling(check.Timeout.TotalSeconds) };
        }
        catch (ArgumentException)
        {
            // Its message may repeat the value.
            return JobResult.Failed($"{Subject(check)}: the secret's value is not a connection string such as Host=db;Username=shop;Password=…;Database=shop");
        }

        try
        {
            await using var connection = new NpgsqlConnection(target.ConnectionString);
            await connection.OpenAsync(ct);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            return await command.ExecuteScalarAsync(ct) is 1
                ? JobResult.Done($"{Subject(check)}: {target.Host}/{target.Database} answered SELECT 1")
                : JobResult.Failed($"{Subject(check)}: {target.Host}/{target.Database} answered SELECT 1 with something else");
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            return JobResult.Failed($"{Subject(check)}: {target.Host}/{target.Database}: {error.Message}");
        }
    }
}
