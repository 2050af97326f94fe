using System.Text.Json;
using Platform.HealthMonitor.Events;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>Keeps subscriptions, their place in the log, their deliveries and dead letters. Every method is a part of its caller's transaction.</summary>
internal static class SubscriptionStore
{
    public static Task<IReadOnlyList<Subscription>> ListAsync(Reader reader) =>
        reader.QueryAsync<Subscription>("SELECT * FROM webhooks ORDER BY created_at, id");

    public static Task<Subscription?> FindAsync(Reader reader, string id) =>
        reader.FirstOrDefaultAsync<Subscription>("SELECT * FROM webhooks WHERE id = @id", new { id });

    public static Task PutAsync(Transaction transaction, Subscription s) => transaction.ExecuteAsync(
        """
        INSERT INTO webhooks (id, name, url, secret, types, applications, enabled, created_at, last_sequence, attempt, next_attempt, delivered, skipped)
        VALUES (@Id, @Name, @Url, @Secret, @Types, @Applications, @Enabled, @CreatedAt, @LastSequence, 0, @CreatedAt, 0, 0)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, secret = excluded.secret, types = excluded.types,
            applications = excluded.applications, enabled = excluded.enabled, attempt = 0, next_attempt = excluded.next_attempt, last_error = NULL
        """,
        new { s.Id, s.Name, s.Url, s.Secret, s.Types, s.Applications, s.Enabled, s.CreatedAt, s.LastSequence });

    public static async Task DeleteAsync(Transaction transaction, string id)
    {
        await transaction.ExecuteAsync("DELETE FROM webhooks WHERE id = @id", new { id });
        await transaction.ExecuteAsync("DELETE FROM deliveries WHERE webhook = @id", new { id });
        await transaction.ExecuteAsync("DELETE FROM dead_letters WHERE webhook = @id", new { id });
    }

    /// <summary>The subscription is done with everything up to here.</summary>
    public static Task AdvanceAsync(Transaction transaction, string id, long from, long to, int delivered, long skipped = 0) => transaction.ExecuteAsync(
        """
        UPDATE webhooks SET last_sequence = @to, attempt = 0, last_error = CASE WHEN @delivered > 0 THEN NULL ELSE last_error END,
            delivered = delivered + @delivered, skipped = skipped + @skipped
        WHERE id = @id AND last_sequence = @from
        """,
        new { id, from, to, delivered, skipped });

    public static Task RetryAsync(Transaction transaction, string id, int attempt, DateTimeOffset next, string error) => transaction.ExecuteAsync(
        "UPDATE webhooks SET attempt = @attempt, next_attempt = @next, last_error = @error WHERE id = @id", new { id, attempt, next, error });

    public static Task RewindAsync(Transaction transaction, string id, long sequence, DateTimeOffset now) => transaction.ExecuteAsync(
        "UPDATE webhooks SET last_sequence = @sequence, attempt = 0, next_attempt = @now WHERE id = @id", new { id, sequence, now });

    public static async Task RecordAsync(Transaction transaction, Delivery delivery, int kept)
    {
        var sequence = await transaction.FirstOrDefaultAsync<long>("UPDATE counters SET value = value + 1 WHERE name = 'deliveries' RETURNING value");
        await transaction.ExecuteAsync(
            """
            INSERT INTO deliveries (sequence, webhook, event_sequence, event_id, type, at, attempt, outcome, status, error, duration)
            VALUES (@sequence, @Webhook, @EventSequence, @EventId, @Type, @At, @Attempt, @Outcome, @Status, @Error, @Duration)
            """,
            new
            {
                sequence, delivery.Webhook, delivery.EventSequence, delivery.EventId, delivery.Type, delivery.At,
                delivery.Attempt, delivery.Outcome, delivery.Status, delivery.Error, delivery.Duration,
            });
        await transaction.ExecuteAsync(
            "DELETE FROM deliveries WHERE webhook = @Webhook AND sequence <= (SELECT sequence FROM deliveries WHERE webhook = @Webhook ORDER BY sequence DESC LIMIT 1 OFFSET @kept)",
            new { delivery.Webhook, kept });
    }

    public static Task<IReadOnlyList<Delivery>> DeliveriesAsync(Reader reader, string webhook, long before, int limit) => reader.QueryAsync<Delivery>(
        "SELECT * FROM deliveries WHERE webhook = @webhook AND sequence < @before ORDER BY sequence DESC LIMIT @limit", new { webhook, before, limit });

    public static Task BuryAsync(Transaction transaction, string webhook, EventRecord record, int attempts, string error, DateTimeOffset at) => transaction.ExecuteAsync(
        """
        INSERT INTO dead_letters (webhook, event_sequence, event, at, attempts, error, replay) VALUES (@webhook, @Sequence, @json, @at, @attempts, @error, 0)
        ON CONFLICT (webhook, event_sequence) DO UPDATE SET at = excluded.at, attempts = dead_letters.attempts + excluded.attempts, error = excluded.error, replay = 0
        """,
        new { webhook, record.Sequence, json = JsonSerializer.Serialize(record, PlatformJson.Options), at, attempts, error });

    public static Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(Reader reader, string webhook, long before, int limit) => reader.QueryAsync<DeadLetter>(
        "SELECT * FROM dead_letters WHERE webhook = @webhook AND event_sequence < @before ORDER BY event_sequence DESC LIMIT @limit", new { webhook, before, limit });

    public static Task<DeadLetter?> NextReplayAsync(Reader reader, string webhook) => reader.FirstOrDefaultAsync<DeadLetter>(
        "SELECT * FROM dead_letters WHERE webhook = @webhook AND replay = 1 ORDER BY event_sequence LIMIT 1", new { webhook });

    /// <summary>Asks for dead letters to be delivered again: one, or all.</summary>
    public static Task<int> ReplayAsync(Transaction transaction, string webhook, long? sequence) => transaction.ExecuteAsync(
        "UPDATE dead_letters SET replay = 1 WHERE webhook = @webhook" + (sequence is null ? "" : " AND event_sequence = @sequence"), new { webhook, sequence });

    public static Task RaisedFromTheDeadAsync(Transaction transaction, string webhook, long sequence) => transaction.ExecuteAsync(
        "DELETE FROM dead_letters WHERE webhook = @webhook AND event_sequence = @sequence", new { webhook, sequence });
}
