using Platform.HealthMonitor.Events;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>How an event reaches a subscription of one kind.</summary>
internal interface IEventReceiver
{
    /// <summary>Whether it serves this subscription.</summary>
    bool Serves(Subscription subscription);

    /// <summary>Attempts after which an event becomes a dead letter.</summary>
    int MaxAttempts { get; }

    /// <summary>Called once before the first delivery; called again if it fails.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Makes one attempt. Never throws but for cancellation.</summary>
    Task<SendResult> SendAsync(Subscription subscription, EventRecord record, CancellationToken cancellationToken);
}

/// <summary>What became of an attempt.</summary>
/// <param name="Status">The answer's status; null: there was none.</param>
/// <param name="Error">Why it did not arrive; null: it did.</param>
internal readonly record struct SendResult(int? Status, string? Error)
{
    public bool Arrived => Error is null;
}
