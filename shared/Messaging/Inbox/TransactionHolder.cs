using Platform.Storage;

namespace Platform.Messaging.Inbox;

/// <summary>The payload by which a consumer, and a saga's repository, find the transaction they run in.</summary>
internal sealed record TransactionHolder(Transaction Transaction);
