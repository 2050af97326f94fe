using Platform.Messaging.Inbox;
using Platform.Storage;

namespace Platform.Messaging.Outbox;

/// <summary>
/// The outbox table as its delivery sees it. Rows are claimed for a while, so that two processes with one database do not send the
/// same twice as a rule; after a kill the claim runs out and somebody else sends again, which the inboxes make harmless.
/// </summary>
internal sealed class OutboxRows(Database database, MessagingOptions options)
{
    public const int BatchSize = 100;

    /// <summary>A batch that takes longer is given back, well before its claim runs out.</summary>
    public static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(8);
    private const int MostRowsPerSweep = 1000;
    /// <summary>After a kill the rows of a batch wait this long for their claim to run out.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPostponement = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeadLetterRetention = TimeSpan.FromDays(30);
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private readonly string _claim =
        $"""
        UPDATE outbox_message SET lease_until = @until, lease_holder = @holder, attempts = attempts + 1
        WHERE id IN (
          SELECT id FROM outbox_message WHERE sent_at IS NULL AND due_at <= @now AND lease_until <= @now
          ORDER BY id LIMIT @limit {(database.Dialect == SqlDialect.PostgreSql ? "FOR UPDATE SKIP LOCKED" : "")})
        RETURNING id, message_id, type, destination, body, headers, correlation_id, conversation_id, initiator_id, trace_parent, created_at, due_at, attempts
        """;

    public Database Database => database;

    /// <summary>The in-memory bus forgets everything when the process ends, so what was sent is kept for a while.</summary>
    private bool KeepsSent => options.Transport == "inMemory";

    /// <summary>At start: what an earlier run sent lately may have been lost before it was handled, so it goes out again. Its claims are void.</summary>
    public Task<int> ReviveAsync(CancellationToken cancellation)
        => !KeepsSent
            ? Task.FromResult(0)
            : database.TransactAsync(transaction => transaction.ExecuteAsync(
                "UPDATE outbox_message SET sent_at = NULL, lease_until = 0 WHERE sent_at >= @recently OR (sent_at IS NULL AND lease_until > 0)",
                new { recently = Now - options.Retention }), cancellation);

    /// <summary>Takes the next due rows, in the order they were committed.</summary>
    public async Task<IReadOnlyList<OutboxRow>> ClaimAsync(CancellationToken cancellation)
    {
        var rows = await database.TransactAsync(
            transaction => transaction.QueryAsync<OutboxRow>(_claim, new { until = Now + Claim, holder = _holder, now = Now, limit = BatchSize }), cancellation);
        return [.. rows.OrderBy(r => r.Id)];
    }

    /// <summary>Writes down what became of a batch.</summary>
    /// <param name="sent">The broker has them.</param>
    /// <param name="postponed">Could not be sent; try again later.</param>
    /// <param name="released">Were not tried; try again at once.</param>
    /// <param name="unreadable">Will never be sendable.</param>
    /// <param name="cancellation">Cancels.</param>
    public Task ConcludeAsync(
        IReadOnlyList<OutboxRow> sent, IReadOnlyList<OutboxRow> postponed, IReadOnlyList<OutboxRow> released,
        IReadOnlyList<(OutboxRow Row, Exception Error)> unreadable, CancellationToken cancellation)
        => database.TransactAsync(async transaction =>
        {
            if (sent.Count > 0)
            {
                await transaction.ExecuteAsync(
                    KeepsSent
                        ? "UPDATE outbox_message SET sent_at = @now, lease_until = 0 WHERE id IN @ids AND lease_holder = @holder"
                        : "DELETE FROM outbox_message WHERE id IN @ids AND lease_holder = @holder",
                    new { now = Now, ids = Ids(sent), holder = _holder });
            }

            foreach (var row in postponed)
            {
                await transaction.ExecuteAsync(
                    "UPDATE outbox_message SET due_at = @due, lease_until = 0 WHERE id = @Id AND lease_holder = @holder",
                    new { row.Id, due = Now + Postponement(row.Attempts), holder = _holder });
            }

            if (released.Count > 0)
            {
                await transaction.ExecuteAsync(
                    "UPDATE outbox_message SET lease_until = 0 WHERE id IN @ids AND lease_holder = @holder", new { ids = Ids(released), holder = _holder });
            }

            foreach (var (row, error) in unreadable)
            {
                await DeadLetters.AddAsync(transaction, row.MessageId, "outbox", row.Type, row.Body, error);
                await transaction.ExecuteAsync("DELETE FROM outbox_message WHERE id = @Id", new { row.Id });
            }
        }, cancellation);

    /// <summary>How many rows are due, and when the next one will be; null: none waits.</summary>
    public Task<(long Due, DateTimeOffset? Next)> LookAheadAsync(CancellationToken cancellation)
        => database.ReadAsync(async reader =>
        {
            var due = await reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM outbox_message WHERE sent_at IS NULL AND due_at <= @now", new { now = Now });
            var next = await reader.FirstOrDefaultAsync<DateTimeOffset?>(
                "SELECT MIN(due_at) FROM outbox_message WHERE sent_at IS NULL AND due_at > @now", new { now = Now });
            return (due, next);
        }, cancellation);

    /// <summary>Deletes a bounded number of rows nobody will ask for any more.</summary>
    /// <returns>True: there may be more.</returns>
    public Task<bool> SweepAsync(CancellationToken cancellation)
        => database.TransactAsync(async transaction =>
        {
            var inbox = await transaction.ExecuteAsync(
                "DELETE FROM inbox_state WHERE (message_id, consumer) IN (SELECT message_id, consumer FROM inbox_state WHERE consumed_at < @before ORDER BY consumed_at LIMIT @limit)",
                new { before = Now - options.InboxRetention, limit = MostRowsPerSweep });
            var outbox = await transaction.ExecuteAsync(
                "DELETE FROM outbox_message WHERE id IN (SELECT id FROM outbox_message WHERE sent_at < @before ORDER BY sent_at LIMIT @limit)",
                new { before = Now - options.Retention, limit = MostRowsPerSweep });
            var dead = await transaction.ExecuteAsync(
                "DELETE FROM dead_letter WHERE (message_id, endpoint) IN (SELECT message_id, endpoint FROM dead_letter WHERE failed_at < @before ORDER BY failed_at LIMIT @limit)",
                new { before = Now - DeadLetterRetention, limit = MostRowsPerSweep });
            return inbox == MostRowsPerSweep || outbox == MostRowsPerSweep || dead == MostRowsPerSweep;
        }, cancellation);

    private DateTimeOffset Now => database.Time.GetUtcNow();

    private static long[] Ids(IReadOnlyList<OutboxRow> rows) => [.. rows.Select(r => r.Id)];

    private static TimeSpan Postponement(int attempts)
    {
        var delay = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(attempts, 10)));
        return delay < LongestPostponement ? delay : LongestPostponement;
    }
}
