namespace Platform.Messaging.Outbox;

/// <summary>A message that waits to be handed to the broker.</summary>
internal sealed record OutboxRow
{
    public long Id { get; init; }
    public Guid MessageId { get; init; }
    public required string Type { get; init; }
    /// <summary>An address; null: publish, or send to the owner, by type.</summary>
    public string? Destination { get; init; }
    public required string Body { get; init; }
    /// <summary>A JSON object of strings.</summary>
    public string? Headers { get; init; }
    public Guid? CorrelationId { get; init; }
    public Guid? ConversationId { get; init; }
    public Guid? InitiatorId { get; init; }
    /// <summary>The W3C trace context in which it was caused.</summary>
    public string? TraceParent { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset DueAt { get; init; }
    public int Attempts { get; init; }
}
