using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.HealthMonitor.Events;
using Platform.Storage;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>
/// Delivers events to subscriptions, each in the log's order and at its own pace: one that does not answer holds up nobody else.
/// <code>
/// event log ──► cursor of the subscription ──► attempt ──► arrived: cursor moves on
///                       ▲                         └─► failed: back-off, again ──► after N: dead letter, cursor moves on
///                       └── replay of a dead letter goes first
/// </code>
/// At least once: a kill between the answer and the commit repeats the event, with the same id.
/// </summary>
internal sealed partial class DeliveryLoop(
    [FromKeyedServices(HealthMonitorModule.Name)] Database database,
    IEnumerable<IEventReceiver> receivers,
    EventSignal signal,
    IOptions<WebhookOptions> options,
    TimeProvider time,
    ILogger<DeliveryLoop> logger) : BackgroundService
{
    private const int Batch = 50;
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var prepared = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!prepared)
                {
                    foreach (var receiver in receivers) await receiver.PrepareAsync(stoppingToken);
                    prepared = true;
                }

                var next = signal.Next;
                await StartDueAsync(stoppingToken);
                await signal.WaitAsync(next, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                LogFailed(failure);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_running.Values);
    }

    /// <summary>Works for every subscription that has something to do and is not being worked for.</summary>
    private async Task StartDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var subscription in await database.ReadAsync(SubscriptionStore.ListAsync, cancellationToken))
        {
            if (!subscription.Enabled || subscription.NextAttempt > now || _running.ContainsKey(subscription.Id)) continue;
            _running[subscription.Id] = WorkAsync(subscription.Id, cancellationToken);
        }
    }

    private async Task WorkAsync(string id, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            while (await DeliverNextAsync(id, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops; the cursor stands where it stood.
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    /// <summary>Delivers one event, if there is one.</summary>
    /// <returns>False: nothing is left to do for now.</returns>
    internal async Task<bool> DeliverNextAsync(string id, CancellationToken cancellationToken)
    {
        var subscription = await database.ReadAsync(reader => SubscriptionStore.FindAsync(reader, id), cancellationToken);
        if (subscription is not { Enabled: true } || subscription.NextAttempt > time.GetUtcNow()) return false;
        if (receivers.FirstOrDefault(r => r.Serves(subscription)) is not { } receiver) return false;

        if (await database.ReadAsync(reader => SubscriptionStore.NextReplayAsync(reader, id), cancellationToken) is { } dead)
        {
            await ReplayAsync(subscription, receiver, dead, cancellationToken);
            return true;
        }

        var records = await database.ReadAsync(reader => EventLog.AfterAsync(reader, subscription.LastSequence, Batch), cancellationToken);
        if (records.Count == 0) return false;

        // Numbers are without gaps: what is missing in front has left the log.
        var skipped = records[0].Sequence - subscription.LastSequence - 1;
        if (records.FirstOrDefault(subscription.Wants) is not { } record)
        {
            await database.TransactAsync(
                transaction => SubscriptionStore.AdvanceAsync(transaction, id, subscription.LastSequence, records[^1].Sequence, delivered: 0, skipped), cancellationToken);
            return true;
        }

        return await AttemptAsync(subscription, receiver, record, skipped, cancellationToken);
    }

    private async Task<bool> AttemptAsync(Subscription subscription, IEventReceiver receiver, EventRecord record, long skipped, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var result = await receiver.SendAsync(subscription, record, cancellationToken);
        var attempt = subscription.Attempt + 1;
        var gaveUp = !result.Arrived && attempt >= receiver.MaxAttempts;
        var delivery = new Delivery
        {
            Webhook = subscription.Id,
            EventSequence = record.Sequence,
            EventId = record.Id,
            Type = record.Type,
            At = time.GetUtcNow(),
            Attempt = attempt,
            Outcome = result.Arrived ? "delivered" : gaveUp ? "dead" : "retry",
            Status = result.Status,
            Error = result.Error,
            Duration = time.GetElapsedTime(began),
        };
        await database.TransactAsync(async transaction =>
        {
            await SubscriptionStore.RecordAsync(transaction, delivery, options.Value.KeptDeliveries);
            if (result.Arrived || gaveUp)
            {
                await SubscriptionStore.AdvanceAsync(transaction, subscription.Id, subscription.LastSequence, record.Sequence, result.Arrived ? 1 : 0, skipped);
                if (gaveUp) await SubscriptionStore.BuryAsync(transaction, subscription.Id, record, attempt, result.Error!, delivery.At);
                return;
            }

            var spread = new Random(HashCode.Combine(subscription.Id, record.Sequence, attempt));
            var next = delivery.At + Backoff.After(attempt, options.Value.FirstDelay, options.Value.LongestDelay, spread);
            await SubscriptionStore.RetryAsync(transaction, subscription.Id, attempt, next, result.Error!);
        }, cancellationToken);
        if (gaveUp) LogDead(record.Type, record.Sequence, subscription.Name, attempt, result.Error!);
        return result.Arrived || gaveUp;
    }

    private async Task ReplayAsync(Subscription subscription, IEventReceiver receiver, DeadLetter dead, CancellationToken cancellationToken)
    {
        var record = dead.ReadEvent();
        var began = time.GetTimestamp();
        var result = await receiver.SendAsync(subscription, record, cancellationToken);
        var now = time.GetUtcNow();
        await database.TransactAsync(async transaction =>
        {
            if (result.Arrived) await SubscriptionStore.RaisedFromTheDeadAsync(transaction, subscription.Id, dead.EventSequence);
            else await SubscriptionStore.BuryAsync(transaction, subscription.Id, record, 1, result.Error!, now);
            var delivery = new Delivery
            {
                Webhook = subscription.Id,
                EventSequence = record.Sequence,
                EventId = record.Id,
                Type = record.Type,
                At = now,
                Attempt = dead.Attempts + 1,
                Outcome = result.Arrived ? "delivered" : "dead",
                Status = result.Status,
                Error = result.Error,
                Duration = time.GetElapsedTime(began),
            };
            await SubscriptionStore.RecordAsync(transaction, delivery, options.Value.KeptDeliveries);
        }, cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Warning, "Deliveries are late")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "{Type} {Sequence} for {Name} is a dead letter after {Attempts} attempts: {Error}")]
    private partial void LogDead(string type, long sequence, string name, int attempts, string error);
}
