using System.Diagnostics;
using MassTransit;
using Platform.Messaging.Outbox;
using Platform.Storage;

namespace Platform.Messaging.Inbox;

/// <summary>
/// Outside the immediate retries: puts a failed message aside, as an outbox row with a due time addressed to this endpoint, so that
/// those behind it flow on and it survives a restart. After the last redelivery it becomes a dead letter: listed in the module's
/// database, and moved to the endpoint's error queue.
/// </summary>
internal sealed class RedeliveryFilter<TMessage>(Database database, string endpoint, IReadOnlyList<TimeSpan> delays) : IFilter<ConsumeContext<TMessage>>
    where TMessage : class
{
    public async Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next.Send(context);
        }
        catch (Exception error) when (!context.CancellationToken.IsCancellationRequested && context.MessageId is not null)
        {
            var earlier = context.Headers.Get<int>(MessageHeaderNames.Redelivery) ?? 0;
            if (earlier >= delays.Count)
            {
                await StoreAsync(context, transaction => DeadLetters.AddAsync(
                    transaction, context.MessageId.Value, endpoint, MessageBody.Concrete(context), error));
                throw;
            }

            await StoreAsync(context, transaction => ModuleOutbox.Of(transaction).AddRedeliveryAsync(
                transaction, context, endpoint, earlier + 1, database.Time.GetUtcNow() + delays[earlier]));
            LogContext.Warning?.Log(error, "{Endpoint} failed to consume {MessageId}; again in {Delay}", endpoint, context.MessageId, delays[earlier]);
            await context.NotifyConsumed(context, Stopwatch.GetElapsedTime(started), endpoint);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("redelivery");

    private async Task StoreAsync(ConsumeContext context, Func<Transaction, Task> store)
    {
        while (true)
        {
            try
            {
                await database.TransactAsync(store, context.CancellationToken);
                return;
            }
            catch (Exception error) when (StorageErrors.IsUnavailable(error))
            {
                await database.WaitUntilAvailableAsync(context.CancellationToken);
            }
        }
    }
}
