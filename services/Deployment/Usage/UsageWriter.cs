using Platform.Deployment.Replicas;
using Platform.Storage;

namespace Platform.Deployment.Usage;

/// <summary>Writes the ledger down every minute: what reports are made of. A kill loses a minute of figures, never a row.</summary>
internal sealed partial class UsageWriter(
    [FromKeyedServices(DeploymentModule.Name)] Database database, UsageLedger ledger, Leadership leadership, TimeProvider time, ILogger<UsageWriter> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Writes what has come in. What cannot be written now stays in the ledger.</summary>
    public async Task WriteAsync(CancellationToken ct)
    {
        var taken = ledger.Take();
        // Every instance hears the stream; the one that acts writes it down.
        if (leadership.WaitingFor is not null) return;
        foreach (var usage in taken.Where(HasAnything))
        {
            try
            {
                await database.TransactAsync(tx => tx.AddUsageAsync(usage), ct);
            }
            catch (Exception error) when (error is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                ledger.Add(usage);
                LogFailed(log, error.Message);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await WriteAsync(stoppingToken);
    }

    private static bool HasAnything(UsageHour usage) => usage.Requests > 0 || usage.CpuSeconds > 0 || usage.MemoryByteSeconds > 0 || usage.ShortSeconds > 0;

    [LoggerMessage(1, LogLevel.Warning, "What the applications did in the last minute cannot be written down at the moment: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
