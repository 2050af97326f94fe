using Platform.Storage;

namespace Platform.Hosting;

/// <summary>A module's append-only log of changes. Inject with <c>[FromKeyedServices(module)]</c>.</summary>
public interface IAuditLog
{
    /// <summary>Records in the transaction of the change, so that neither is without the other.</summary>
    Task RecordAsync(Transaction transaction, AuditEntry entry);

    /// <summary>Records by itself: for changes that no database keeps.</summary>
    Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Entries, newest first.</summary>
    /// <param name="take">How many at most.</param>
    /// <param name="before">Only entries with a smaller id; null: from the newest.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<AuditEntry>> ReadAsync(int take, long? before, CancellationToken cancellationToken);
}
