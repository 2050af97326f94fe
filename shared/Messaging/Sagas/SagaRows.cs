using MassTransit;
using Platform.Storage;

namespace Platform.Messaging.Sagas;

/// <summary>Saga instances as rows of a module's database.</summary>
public static class SagaRows
{
    private const string Select = "SELECT version, body FROM saga WHERE saga_type = @type";

    /// <summary>All instances of a saga, the oldest first.</summary>
    /// <typeparam name="TSaga">The saga.</typeparam>
    /// <param name="reader">A reader of the module's database, or a transaction.</param>
    public static async Task<IReadOnlyList<TSaga>> SagasAsync<TSaga>(this Reader reader) where TSaga : class, ISagaVersion
        => [.. (await reader.QueryAsync<SagaRow>($"{Select} ORDER BY created_at, correlation_id", new { type = TypeName<TSaga>() })).Select(Instance<TSaga>)];

    /// <summary>One instance; null: there is none.</summary>
    /// <typeparam name="TSaga">The saga.</typeparam>
    /// <param name="reader">A reader of the module's database, or a transaction.</param>
    /// <param name="correlationId">Its id.</param>
    public static async Task<TSaga?> SagaAsync<TSaga>(this Reader reader, Guid correlationId) where TSaga : class, ISagaVersion
    {
        var row = await reader.FirstOrDefaultAsync<SagaRow>($"{Select} AND correlation_id = @correlationId", new { type = TypeName<TSaga>(), correlationId });
        return row is null ? null : Instance<TSaga>(row);
    }

    /// <summary>False: somebody else has inserted it.</summary>
    internal static async Task<bool> TryInsertAsync<TSaga>(Transaction transaction, TSaga saga) where TSaga : class, ISagaVersion
        => await transaction.ExecuteAsync(
            """
            INSERT INTO saga (saga_type, correlation_id, version, body, created_at, updated_at) VALUES (@type, @CorrelationId, @Version, @body, @now, @now)
            ON CONFLICT DO NOTHING
            """,
            new { type = TypeName<TSaga>(), saga.CorrelationId, saga.Version, body = MessageBody.Write(saga), now = transaction.Database.Time.GetUtcNow() }) == 1;

    /// <summary>False: somebody else has changed or removed it since it was loaded.</summary>
    internal static async Task<bool> TryUpdateAsync<TSaga>(Transaction transaction, TSaga saga) where TSaga : class, ISagaVersion
    {
        var loaded = saga.Version++;
        return await transaction.ExecuteAsync(
            "UPDATE saga SET version = @Version, body = @body, updated_at = @now WHERE saga_type = @type AND correlation_id = @CorrelationId AND version = @loaded",
            new { type = TypeName<TSaga>(), saga.CorrelationId, saga.Version, loaded, body = MessageBody.Write(saga), now = transaction.Database.Time.GetUtcNow() }) == 1;
    }

    /// <inheritdoc cref="TryUpdateAsync{TSaga}"/>
    internal static async Task<bool> TryDeleteAsync<TSaga>(Transaction transaction, TSaga saga) where TSaga : class, ISagaVersion
        => await transaction.ExecuteAsync(
            "DELETE FROM saga WHERE saga_type = @type AND correlation_id = @CorrelationId AND version = @Version",
            new { type = TypeName<TSaga>(), saga.CorrelationId, saga.Version }) == 1;

    private static string TypeName<TSaga>() => typeof(TSaga).Name;

    private static TSaga Instance<TSaga>(SagaRow row) where TSaga : class, ISagaVersion
    {
        var saga = (TSaga)MessageBody.Read(row.Body, typeof(TSaga));
        saga.Version = row.Version;
        return saga;
    }

    private sealed record SagaRow
    {
        public int Version { get; init; }
        public required string Body { get; init; }
    }
}
