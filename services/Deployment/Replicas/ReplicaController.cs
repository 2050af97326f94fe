using Microsoft.Extensions.Options;
using Platform.Deployment.Traffic;
using Platform.Storage;

namespace Platform.Deployment.Replicas;

/// <summary>
/// Holds the right to act (a lease with a fencing token), takes over what runs, and then takes care of every application, each in a
/// loop of its own so that one application's trouble is nobody else's. When the right is lost it stops looking and starts over.
/// </summary>
internal sealed partial class ReplicaController(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    ReplicaAdoption adoption,
    ReplicaReconciler reconciler,
    ReplicaOperations operations,
    RouteRepeater repeater,
    ReplicaShutdown shutdown,
    Leadership leadership,
    Facts facts,
    IOptions<DeploymentOptions> options,
    TimeProvider time,
    ILogger<ReplicaController> log) : BackgroundService
{
    private readonly string _holder = Guid.NewGuid().ToString("N");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var lease = await Lease.TryAcquireAsync(database, "replicas", _holder, options.Value.Lease, time, stoppingToken);
                if (lease is not null) await LeadAsync(lease, stoppingToken);
                else leadership.WaitingFor = "another deployment service holds the right to start and stop replicas";
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                leadership.WaitingFor = error.Message;
                LogInterrupted(log, error.Message);
            }

            await Task.Delay(options.Value.Resync, time, stoppingToken);
        }
    }

    private async Task LeadAsync(Lease lease, CancellationToken stoppingToken)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var tasks = new Dictionary<string, Task>(StringComparer.Ordinal);
        try
        {
            var owner = await adoption.OwnerAsync(term.Token);
            tasks[""] = RenewAsync(lease, term);
            await adoption.AdoptAsync(lease, owner, term.Token);
            leadership.WaitingFor = null;
            var swept = time.GetUtcNow();
            while (!term.IsCancellationRequested)
            {
                foreach (var name in await database.ReadAsync(NamesAsync, term.Token))
                {
                    if (!tasks.TryGetValue(name, out var task) || task.IsCompleted) tasks[name] = CareAsync(lease, owner, name, term.Token);
                }

                await repeater.RepeatAsync(term.Token);
                if (time.GetUtcNow() - swept >= options.Value.OrphanScan)
                {
                    await adoption.SweepAsync(lease, owner, term.Token);
                    swept = time.GetUtcNow();
                }

                await facts.Applications.WaitAsync(options.Value.Resync, time, term.Token);
            }
        }
        finally
        {
            leadership.WaitingFor = "the right to start and stop replicas";
            await term.CancelAsync();
            foreach (var task in tasks.Values) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await operations.SettleAsync();
            await reconciler.DisposeAsync();
            if (stoppingToken.IsCancellationRequested) await shutdown.EndAsync(lease);
        }
    }

    /// <summary>Takes care of one application until it has nothing left to care for.</summary>
    private async Task CareAsync(Lease lease, string owner, string application, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var next = options.Value.Resync;
            try
            {
                next = await reconciler.ReconcileAsync(lease, owner, application, ct);
                if (!(await database.ReadAsync(NamesAsync, ct)).Contains(application)) return;
            }
            catch (Exception error) when (error is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                LogTrouble(log, application, error.Message);
            }

            await facts.Replicas(application).WaitAsync(next, time, ct);
        }
    }

    private async Task RenewAsync(Lease lease, CancellationTokenSource term)
    {
        await lease.KeepAsync(reason => LogInterrupted(log, reason), term.Token);
        LogLost(log);
        await term.CancelAsync();
    }

    /// <summary>Applications that exist, are leaving, or still have replicas.</summary>
    private static Task<IReadOnlyList<string>> NamesAsync(Reader reader) => reader.QueryAsync<string>(
        """
        SELECT name FROM applications WHERE state <> 'removed'
        UNION SELECT application FROM replicas WHERE state NOT IN ('stopped', 'failed')
        """);

    [LoggerMessage(1, LogLevel.Warning, "Replicas cannot be taken care of at the moment: {Reason}")]
    private static partial void LogInterrupted(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The replicas of {Application} cannot be taken care of at the moment: {Reason}")]
    private static partial void LogTrouble(ILogger log, string application, string reason);

    [LoggerMessage(3, LogLevel.Warning, "The right to start and stop replicas has passed to another deployment service")]
    private static partial void LogLost(ILogger log);
}

/// <summary>Whether this instance acts.</summary>
internal sealed class Leadership
{
    /// <summary>What it waits for; null: it acts.</summary>
    public volatile string? WaitingFor = "the right to start and stop replicas";
}
