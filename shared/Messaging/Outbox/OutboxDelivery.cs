using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Messaging.Bus;
using Platform.Storage;

namespace Platform.Messaging.Outbox;

/// <summary>Hands a module's committed messages to the broker, in order, as soon as they are committed and due.</summary>
internal sealed partial class OutboxDelivery(OutboxRows rows, MessageDispatcher dispatcher, MessagingStatus status, ILogger<OutboxDelivery> log) : BackgroundService
{
    /// <summary>Looks at the table at least this often: another process may have written to it, or a claim run out.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly ModuleOutbox _outbox = ModuleOutbox.Of(rows.Database);
    private bool _revived;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DeliverAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (StorageErrors.IsUnavailable(error))
            {
                LogWaiting(log, rows.Database.Module, error.Message);
                await PauseAsync(stoppingToken);
            }
            catch (Exception error)
            {
                LogFailed(log, error, rows.Database.Module);
                await PauseAsync(stoppingToken);
            }
        }
    }

    private async Task DeliverAsync(CancellationToken cancellation)
    {
        if (!_revived)
        {
            await rows.ReviveAsync(cancellation);
            _revived = true;
        }

        await dispatcher.WaitUntilOpenAsync(cancellation);
        if (!status.BusIsDown && await DeliverBatchAsync(cancellation) is var outcome && outcome == Batch.Full) return;

        var (due, next) = await rows.LookAheadAsync(cancellation);
        status.Report(rows.Database.Module, due);
        var wait = next - rows.Database.Time.GetUtcNow() is { } ahead && ahead < LongestWait ? ahead : LongestWait;
        if (due > 0) wait = Pause;
        await _outbox.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellation);
    }

    private enum Batch
    {
        Empty,
        Part,
        Full,
    }

    private async Task<Batch> DeliverBatchAsync(CancellationToken cancellation)
    {
        var claimed = await rows.ClaimAsync(cancellation);
        if (claimed.Count == 0) return Batch.Empty;
        List<OutboxRow> sent = [], postponed = [];
        List<(OutboxRow, Exception)> unreadable = [];
        HashSet<(string, string?)> silent = [];
        var tried = 0;
        var started = Stopwatch.GetTimestamp();
        try
        {
            foreach (var row in claimed)
            {
                if (Stopwatch.GetElapsedTime(started) > OutboxRows.LongestBatch) break;
                tried++;
                if (silent.Contains((row.Type, row.Destination)))
                {
                    postponed.Add(row);
                    continue;
                }

                try
                {
                    await dispatcher.DispatchAsync(row, cancellation);
                    sent.Add(row);
                }
                catch (MessageUnreadableException error)
                {
                    LogUnreadable(log, rows.Database.Module, row.MessageId, error.Message);
                    unreadable.Add((row, error));
                }
                catch (MessageReturnedException)
                {
                    // No queue takes it yet: its owner has never run. The others need not wait for that.
                    LogUnroutable(log, rows.Database.Module, row.Type);
                    postponed.Add(row);
                }
                catch (Exception error) when (!cancellation.IsCancellationRequested)
                {
                    LogUnsent(log, error, rows.Database.Module, row.Type);
                    postponed.Add(row);
                    if (status.BusIsDown) break;
                    // One queue that does not answer (a quorum queue without a leader) keeps back what is for it, not what is for others.
                    if (error is TimeoutException) silent.Add((row.Type, row.Destination));
                }
            }
        }
        finally
        {
            // Also when the host stops in the middle: a row that stays claimed would wait for its claim to run out.
            await rows.ConcludeAsync(sent, postponed, [.. claimed.Skip(tried)], unreadable, CancellationToken.None);
        }

        return claimed.Count == OutboxRows.BatchSize && sent.Count > 0 ? Batch.Full : Batch.Part;
    }

    private async Task PauseAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
        }
        catch (OperationCanceledException)
        {
            LogStopped(log, rows.Database.Module);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The outbox of {Module} waits: {Reason}")]
    private static partial void LogWaiting(ILogger log, string module, string reason);

    [LoggerMessage(2, LogLevel.Error, "The outbox of {Module} failed to deliver; it goes on in a second")]
    private static partial void LogFailed(ILogger log, Exception error, string module);

    [LoggerMessage(3, LogLevel.Error, "The outbox of {Module} puts {MessageId} among the dead letters: {Reason}")]
    private static partial void LogUnreadable(ILogger log, string module, Guid messageId, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The outbox of {Module} holds a {Type} back: no queue takes it yet")]
    private static partial void LogUnroutable(ILogger log, string module, string type);

    [LoggerMessage(5, LogLevel.Warning, "The outbox of {Module} could not send a {Type}; it will be tried again")]
    private static partial void LogUnsent(ILogger log, Exception error, string module, string type);

    [LoggerMessage(6, LogLevel.Debug, "The outbox of {Module} stops")]
    private static partial void LogStopped(ILogger log, string module);
}
