using MassTransit;
using Platform.Contracts;
using Platform.Messaging.Inbox;
using Platform.Messaging.Outbox;
using Platform.Storage;

namespace Platform.Messaging;

/// <summary>Messages as part of a transaction: seen by others if and only if it commits.</summary>
public static class TransactionExtensions
{
    /// <summary>The transaction the consumer runs in: inbox, outbox and saga use it too. Do all your SQL with it, and do not commit it.</summary>
    /// <param name="context">What the consumer was given.</param>
    /// <exception cref="InvalidOperationException">The consumer was added as stateless.</exception>
    public static Transaction Transaction(this ConsumeContext context)
        => context.TryGetPayload<TransactionHolder>(out var holder)
            ? holder.Transaction
            : throw new InvalidOperationException("This consumer has no transaction: it was added with stateless: true.");

    /// <summary>Publishes an event when the transaction commits.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="transaction">One of the module's database.</param>
    /// <param name="event">What has happened.</param>
    /// <param name="cancellation">Cancels.</param>
    public static Task PublishAsync<T>(this Transaction transaction, T @event, CancellationToken cancellation = default) where T : class, IEvent
        => ModuleOutbox.Of(transaction).AddAsync(transaction, @event, null, cancellation);

    /// <summary>Sends a command to its owner when the transaction commits.</summary>
    /// <typeparam name="T">The command.</typeparam>
    /// <param name="transaction">One of the module's database.</param>
    /// <param name="command">What is to be done.</param>
    /// <param name="cancellation">Cancels.</param>
    public static Task SendAsync<T>(this Transaction transaction, T command, CancellationToken cancellation = default) where T : class, ICommand
        => ModuleOutbox.Of(transaction).AddAsync(transaction, command, null, cancellation);

    /// <summary>Sends or publishes a message when the transaction has committed and the time has come: a durable timer. It may come late, and after a crash twice to consumers without an inbox.</summary>
    /// <typeparam name="T">A command, an event, or a message of the module's own.</typeparam>
    /// <param name="transaction">One of the module's database.</param>
    /// <param name="message">The message.</param>
    /// <param name="due">When to deliver it.</param>
    /// <param name="cancellation">Cancels.</param>
    public static Task ScheduleAsync<T>(this Transaction transaction, T message, DateTimeOffset due, CancellationToken cancellation = default) where T : class, IMessage
        => ModuleOutbox.Of(transaction).AddAsync(transaction, message, due, cancellation);
}
