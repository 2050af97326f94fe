using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using MassTransit;
using Platform.Contracts;
using Platform.Storage;

namespace Platform.Messaging.Outbox;

/// <summary>A module's outbox: puts messages into the transaction that causes them, and wakes the delivery when it has committed.</summary>
internal sealed class ModuleOutbox
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Database _database;

    private ModuleOutbox(Database database) => _database = database;

    public static ModuleOutbox Of(Transaction transaction) => Of(transaction.Database);

    public static ModuleOutbox Of(Database database) => database.Companion(static d => new ModuleOutbox(d));

    /// <summary>From code that has only a transaction: HTTP handlers, reconcilers, consumers.</summary>
    public Task AddAsync<T>(Transaction transaction, T message, DateTimeOffset? due, CancellationToken cancellation) where T : class, IMessage
    {
        cancellation.ThrowIfCancellationRequested();
        return InsertAsync(transaction, new OutboxRow
        {
            MessageId = NewId.NextGuid(),
            Type = MessageBody.NameOf(message.GetType()),
            Body = MessageBody.Write(message),
            CorrelationId = message.CorrelationId,
            TraceParent = Activity.Current?.Id,
            DueAt = due ?? DateTimeOffset.UnixEpoch,
        });
    }

    /// <summary>From MassTransit: what a consumer or saga sends through its context.</summary>
    public Task AddAsync<T>(Transaction transaction, SendContext<T> send, Uri? destination, ConsumeContext cause) where T : class
    {
        if (send.RequestId is not null)
            throw new NotSupportedException($"A request or response ({typeof(T).Name}) cannot wait in an outbox; answer with an event, or consume it with stateless: true.");
        return InsertAsync(transaction, new OutboxRow
        {
            MessageId = send.MessageId ?? NewId.NextGuid(),
            Type = MessageBody.NameOf(send.Message.GetType()),
            Destination = destination?.ToString(),
            Body = MessageBody.Write(send.Message),
            Headers = Write(Texts(send.Headers)),
            CorrelationId = send.CorrelationId ?? (send.Message as IMessage)?.CorrelationId,
            ConversationId = send.ConversationId ?? cause.ConversationId,
            InitiatorId = send.InitiatorId ?? cause.CorrelationId,
            TraceParent = Activity.Current?.Id,
            DueAt = send.Delay is { } delay ? _database.Time.GetUtcNow() + delay : DateTimeOffset.UnixEpoch,
        });
    }

    /// <summary>A failed message, with the same id, for the same endpoint alone.</summary>
    public Task AddRedeliveryAsync<T>(Transaction transaction, ConsumeContext<T> context, string endpoint, int count, DateTimeOffset due) where T : class
    {
        var message = MessageBody.Concrete(context);
        var headers = Texts(context.Headers);
        headers[MessageHeaderNames.Redelivery] = count.ToString();
        return InsertAsync(transaction, new OutboxRow
        {
            MessageId = context.MessageId!.Value,
            Type = MessageBody.NameOf(message.GetType()),
            Destination = $"exchange:{endpoint}",
            Body = MessageBody.Write(message),
            Headers = Write(headers),
            CorrelationId = context.CorrelationId,
            ConversationId = context.ConversationId,
            InitiatorId = context.InitiatorId,
            TraceParent = Activity.Current?.Id,
            DueAt = due,
        });
    }

    /// <summary>Returns when something has been committed since the last call, or <paramref name="longest"/> has passed.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        await using var timer = _database.Time.CreateTimer(static outbox => ((ModuleOutbox)outbox!).Wake(), this, longest, Timeout.InfiniteTimeSpan);
        await _wake.Reader.ReadAsync(cancellation);
    }

    /// <summary>Many commits, one look at the table.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    private static Dictionary<string, string> Texts(Headers headers)
        => headers.GetAll().Where(h => h.Value is not null).ToDictionary(h => h.Key, h => h.Value.ToString()!, StringComparer.Ordinal);

    private static string? Write(Dictionary<string, string> headers) => headers.Count > 0 ? JsonSerializer.Serialize(headers) : null;

    private async Task InsertAsync(Transaction transaction, OutboxRow row)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO outbox_message (message_id, type, destination, body, headers, correlation_id, conversation_id, initiator_id, trace_parent, created_at, due_at)
            VALUES (@MessageId, @Type, @Destination, @Body, @Headers, @CorrelationId, @ConversationId, @InitiatorId, @TraceParent, @CreatedAt, @DueAt)
            """,
            row with { CreatedAt = _database.Time.GetUtcNow() });
        transaction.OnCommitted(Wake);
    }
}
