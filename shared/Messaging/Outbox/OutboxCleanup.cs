using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Messaging.Outbox;

/// <summary>Keeps inbox, outbox and dead letters from growing for ever, a bounded number of rows at a time so that nobody waits long for the tables.</summary>
internal sealed partial class OutboxCleanup(OutboxRows rows, ILogger<OutboxCleanup> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var time = rows.Database.Time;
        while (true)
        {
            try
            {
                await Task.Delay(Interval, time, stoppingToken);
                while (await rows.SweepAsync(stoppingToken)) await Task.Delay(Breath, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(log, rows.Database.Module, error.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Old messages of {Module} could not be removed; tried again in a minute: {Reason}")]
    private static partial void LogFailed(ILogger log, string module, string reason);
}
