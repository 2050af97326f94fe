using Platform.Storage;

namespace Platform.Messaging.Inbox;

/// <summary>A message that no retry and no redelivery could get handled.</summary>
public sealed record DeadLetter
{
    /// <summary>The message.</summary>
    public Guid MessageId { get; init; }
    /// <summary>Who could not handle it; <c>outbox</c>: it could not even be sent.</summary>
    public required string Endpoint { get; init; }
    /// <summary>Its type's name.</summary>
    public required string Type { get; init; }
    /// <summary>Its content as JSON.</summary>
    public required string Body { get; init; }
    /// <summary>What the last attempt threw.</summary>
    public required string Error { get; init; }
    /// <summary>When.</summary>
    public DateTimeOffset FailedAt { get; init; }
}

/// <summary>A module's dead letters.</summary>
public static class DeadLetters
{
    private const int LongestError = 8_000;

    /// <summary>The newest first.</summary>
    /// <param name="reader">A reader of the module's database.</param>
    /// <param name="limit">At most this many.</param>
    public static Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(this Reader reader, int limit = 100)
        => reader.QueryAsync<DeadLetter>(
            "SELECT message_id, endpoint, type, body, error, failed_at FROM dead_letter ORDER BY failed_at DESC LIMIT @limit", new { limit });

    internal static Task AddAsync(Transaction transaction, Guid messageId, string endpoint, object message, Exception error)
        => AddAsync(transaction, messageId, endpoint, MessageBody.NameOf(message.GetType()), MessageBody.Write(message), error);

    internal static Task AddAsync(Transaction transaction, Guid messageId, string endpoint, string type, string body, Exception error)
    {
        var text = error.ToString();
        return transaction.ExecuteAsync(
            """
            INSERT INTO dead_letter (message_id, endpoint, type, body, error, failed_at) VALUES (@messageId, @endpoint, @type, @body, @error, @now)
            ON CONFLICT (message_id, endpoint) DO UPDATE SET error = excluded.error, failed_at = excluded.failed_at
            """,
            new { messageId, endpoint, type, body, error = text.Length > LongestError ? text[..LongestError] : text, now = transaction.Database.Time.GetUtcNow() });
    }
}
