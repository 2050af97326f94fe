using Microsoft.Extensions.Options;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Autoscaler.Decisions;

/// <summary>
/// Decides for every application once per its sync period. The decision, the history the next one needs, the time of the next one and
/// the command that carries it out are one commit: a kill before it decides again, a kill after it does not.
/// </summary>
internal sealed partial class DecisionLoop(
    [FromKeyedServices(AutoscalerModule.Name)] Database database,
    MetricIntake metrics,
    Leadership leadership,
    IOptions<AutoscalerOptions> options,
    TimeProvider time,
    ILogger<DecisionLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GaugeWindow = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        while (await WaitAsync(timer, stoppingToken))
        {
            try
            {
                await DecideDueAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (LeaseLostException lost)
            {
                leadership.Lost();
                LogTakenOver(lost.Message);
            }
            catch (Exception failure)
            {
                LogFailed(failure);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await leadership.ReleaseAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is StorageUnavailableException or OperationCanceledException)
        {
            // It runs out by itself.
            LogFailed(failure);
        }
    }

    /// <summary>Decides for every application whose time has come.</summary>
    internal async Task DecideDueAsync(CancellationToken cancellationToken)
    {
        if (!await leadership.HoldAsync(cancellationToken)) return;
        var due = await database.ReadAsync(reader => ApplicationStore.DueAsync(reader, time.GetUtcNow()), cancellationToken);
        foreach (var name in due) await DecideAsync(name, cancellationToken);
    }

    private Task DecideAsync(string name, CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        await leadership.AssertHeldAsync(transaction);
        var now = time.GetUtcNow();
        if (await ApplicationStore.FindAsync(transaction, name) is not { } known || known.NextDecision > now) return;

        var told = metrics.Windows.Over(GaugeWindow).Last(name, MetricNames.WantedReplicas, revision: "", replica: "");
        var application = Situation.Reconcile(known, told, now);
        if (application != known) await ApplicationStore.ConfirmAsync(transaction, name, application.Wanted, application.Pending);
        var settings = application.SettingsInForce();
        var input = await InputAsync(transaction, application, settings, now);
        var decision = Situation.Decide(application, input, metrics.LastHeard(name), options.Value);
        await DecisionStore.KeepAsync(transaction, name, decision, application.ReadLast(), now + settings.Behavior.SyncPeriod, options.Value.KeptDecisions);
        await DecisionStore.ForgetAsync(transaction, name, now - Stabilization.Memory(settings.Behavior));
        if (decision.Changes) await SendAsync(transaction, name, decision, cancellationToken);
    }, cancellationToken);

    private async Task<ScalingInput> InputAsync(Transaction transaction, ScaledApplication application, ScalingSettings settings, DateTimeOffset now) => new()
    {
        Now = now,
        Current = application.Wanted,
        Settings = settings,
        Replicas = Situation.Observe(application, await ApplicationStore.ReplicasAsync(transaction, application.Name), now),
        Metrics = [.. settings.Metrics.Select(target => Readings.Read(metrics.Windows, application.Name, settings, target, now))],
        History = await DecisionStore.HistoryAsync(transaction, application.Name, now - Stabilization.Memory(settings.Behavior)),
        CpuInitializationPeriod = options.Value.CpuInitializationPeriod,
        InitialReadinessDelay = options.Value.InitialReadinessDelay,
    };

    private async Task SendAsync(Transaction transaction, string name, ScalingDecision decision, CancellationToken cancellationToken)
    {
        var command = Guid.NewGuid();
        await ApplicationStore.SentAsync(transaction, name, command, decision.Desired, decision.At);
        await DecisionStore.ChangedAsync(transaction, name, command, decision.Desired - decision.Current, decision.At);
        await transaction.SendAsync(
            new ScaleApplication
            {
                Application = name,
                At = decision.At,
                CorrelationId = command,
                RequestedBy = AutoscalerModule.Name,
                Reason = decision.Reason,
                Replicas = decision.Desired,
            },
            cancellationToken);
        transaction.OnCommitted(() => LogScaling(name, decision.Current, decision.Desired, decision.Reason));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Application}: {Current} → {Desired} replicas. {Reason}")]
    private partial void LogScaling(string application, int current, int desired, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Decisions are late")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "Another instance decides now: {Why}")]
    private partial void LogTakenOver(string why);
}
