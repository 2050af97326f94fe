using System.Text.Json;
using Platform.Contracts;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.HealthMonitor.Events;

/// <summary>The durable list of everything that happened: numbered without gaps in commit order, bounded by count and age.</summary>
internal static class EventLog
{
    /// <summary>Old events are looked for only at every so many new ones.</summary>
    private const int TrimEvery = 100;

    private const string Columns = "sequence, id, type, application, at, correlation_id, severity, summary, data";

    public static EventRecord Record(IEvent happened, Guid id)
    {
        var (severity, summary) = EventSentence.Of(happened);
        return new EventRecord
        {
            Id = id,
            Type = happened.GetType().Name,
            Application = happened.Application,
            At = happened.At,
            CorrelationId = happened.CorrelationId,
            Severity = severity,
            Summary = summary,
            Data = JsonSerializer.Serialize(happened, happened.GetType(), PlatformJson.Options),
        };
    }

    /// <summary>Adds an event; a second time with the same id changes nothing.</summary>
    public static async Task AppendAsync(Transaction transaction, EventRecord record, HealthMonitorOptions options, DateTimeOffset now)
    {
        var known = await transaction.FirstOrDefaultAsync<long?>("SELECT sequence FROM events WHERE id = @Id", new { record.Id });
        if (known is not null) return;

        // The counter's row stays locked until the commit: a reader that has seen number n has seen everything before n.
        var sequence = await transaction.FirstOrDefaultAsync<long>("UPDATE counters SET value = value + 1 WHERE name = 'events' RETURNING value");
        await transaction.ExecuteAsync(
            """
            INSERT INTO events (sequence, id, type, application, at, correlation_id, severity, summary, data)
            VALUES (@sequence, @Id, @Type, @Application, @At, @CorrelationId, @Severity, @Summary, @Data)
            """,
            new { sequence, record.Id, record.Type, record.Application, record.At, record.CorrelationId, record.Severity, record.Summary, record.Data });
        if (sequence % TrimEvery == 0)
        {
            await transaction.ExecuteAsync(
                "DELETE FROM events WHERE sequence <= @last OR at < @oldest", new { last = sequence - options.KeptEvents, oldest = now - options.KeptFor });
        }
    }

    public static async Task<long> HeadAsync(Reader reader) =>
        await reader.FirstOrDefaultAsync<long?>("SELECT value FROM counters WHERE name = 'events'") ?? 0;

    /// <summary>What came after a number, oldest first.</summary>
    public static Task<IReadOnlyList<EventRecord>> AfterAsync(Reader reader, long sequence, int limit, EventFilter? filter = null) => reader.QueryAsync<EventRecord>(
        $"SELECT {Columns} FROM events WHERE sequence > @sequence{Where(filter)} ORDER BY sequence LIMIT @limit",
        new { sequence, limit, filter?.Type, filter?.Application });

    /// <summary>What came before a number, newest first.</summary>
    public static Task<IReadOnlyList<EventRecord>> BeforeAsync(Reader reader, long sequence, int limit, EventFilter? filter = null) => reader.QueryAsync<EventRecord>(
        $"SELECT {Columns} FROM events WHERE sequence < @sequence{Where(filter)} ORDER BY sequence DESC LIMIT @limit",
        new { sequence, limit, filter?.Type, filter?.Application });

    private static string Where(EventFilter? filter) =>
        (filter?.Type is null ? "" : " AND type = @Type") + (filter?.Application is null ? "" : " AND application = @Application");
}

/// <summary>Which events are meant; null: any.</summary>
internal sealed record EventFilter(string? Type, string? Application);
