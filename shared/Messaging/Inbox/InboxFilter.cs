using System.Diagnostics;
using MassTransit;
using MassTransit.DependencyInjection;
using Platform.Effects;
using Platform.Storage;

namespace Platform.Messaging.Inbox;

/// <summary>
/// Around a consumer: begin, record the message's id, consume, commit. Whoever records an id second changes nothing. A message that
/// fails leaves no id behind, so its redelivery is not mistaken for a repetition.
/// <code>
/// retry ─► begin ─► inbox_state ─► consumer (SQL, saga, outbox_message) ─► commit ─► acknowledge ┄► delivery of the outbox
/// </code>
/// </summary>
internal sealed class InboxFilter<TMessage>(Database database, string endpoint, IConsumeScopeProvider scopes) : IFilter<ConsumeContext<TMessage>>
    where TMessage : class
{
    public async Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next)
    {
        var started = Stopwatch.GetTimestamp();
        var id = context.MessageId ?? throw new MessageException(typeof(TMessage), "A message without an id cannot be told from its repetition.");
        await using var transaction = await BeginAsync(context.CancellationToken);
        var first = await transaction.ExecuteAsync(
            "INSERT INTO inbox_state (message_id, consumer, consumed_at) VALUES (@id, @endpoint, @now) ON CONFLICT DO NOTHING",
            new { id, endpoint, now = database.Time.GetUtcNow() }) == 1;
        if (!first)
        {
            // Not a failure, and not unhandled: without this the message would move to the queue of the skipped.
            await context.NotifyConsumed(context, Stopwatch.GetElapsedTime(started), endpoint);
            return;
        }

        await using var scope = await scopes.GetScope(context);
        var inner = new TransactionConsumeContext<TMessage>(scope.Context, transaction);
        using (scope.PushConsumeContext(inner))
        {
            await next.Send(inner);
            await inner.ConsumeCompleted;
        }

        await transaction.CommitAsync(context.CancellationToken);
        scope.GetService<IEffects>()?.Before(EffectKind.BusAcknowledge, endpoint);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("inbox");

    /// <summary>A database that does not answer is no fault of the message: it waits, unacknowledged.</summary>
    private async Task<Transaction> BeginAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await database.BeginAsync(cancellation);
            }
            catch (StorageUnavailableException)
            {
                await database.WaitUntilAvailableAsync(cancellation);
            }
        }
    }
}
