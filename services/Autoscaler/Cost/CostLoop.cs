using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.RightSizing;
using Platform.Storage;

namespace Platform.Autoscaler.Cost;

/// <summary>
/// Follows every application second by second: what runs, what it is asked, what it uses, and what its shadows would have done. Writes it
/// down once a minute and at the end: a kill loses a minute at most.
/// </summary>
internal sealed partial class CostLoop(
    [FromKeyedServices(AutoscalerModule.Name)] Database database,
    CostBook book,
    MetricIntake metrics,
    Leadership leadership,
    Fleet fleet,
    FleetHistory history,
    TimeProvider time,
    ILogger<CostLoop> logger) : BackgroundService
{
    private const int AccountsPerTransaction = 200;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(1);

    /// <summary>Seconds longer ago than this were not kept by the windows.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(25);

    private bool _loaded;
    private long _seen = -1;
    private DateTimeOffset _looked, _sampled, _saved, _forgot, _stepped, _startups = DateTimeOffset.UnixEpoch;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            do await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (_loaded) await SaveAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is StorageUnavailableException or LeaseLostException or OperationCanceledException)
        {
            LogFailed(failure);
        }
    }

    /// <summary>One round: what is due by now.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!_loaded)
        {
            foreach (var account in await database.ReadAsync(CostStore.LoadAsync, cancellationToken)) book.Put(account);
            (_loaded, _saved, _sampled) = (true, now, now);
        }

        // A clock that was set back must not keep anything waiting until it has caught up.
        if (now < _stepped) (_looked, _sampled, _saved, _forgot, _stepped) = (default, now, now, default, default);
        if (now - _looked >= LookEvery) await LookAsync(now, cancellationToken);
        Step(now);
        if (now - _sampled >= UsageProfile.SampleLength) Sample(now);
        if (now - _saved >= SaveEvery) await SaveAsync(cancellationToken);
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunOnceAsync(stoppingToken);
        }
        catch (LeaseLostException)
        {
            leadership.Lost();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure);
        }
    }

    private async Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (applications, started) = await database.ReadAsync(async reader => (
            await ApplicationStore.TouchedAsync(reader, _seen),
            await reader.QueryAsync<StartedRow>("SELECT application, started_at, changed_at FROM replicas WHERE ready = 1 AND stopped = 0 AND changed_at >= @_startups", new { _startups })), cancellationToken);
        foreach (var application in applications)
        {
            if (application.Removed) book.Remove(application.Name);
            else book.Of(application.Name, now).Follow(application);
            _seen = Math.Max(_seen, application.Touched);
        }

        foreach (var replicas in started.GroupBy(row => row.Application))
        {
            var took = replicas.Select(row => row.ChangedAt - row.StartedAt).Where(span => span > TimeSpan.Zero).Order().ToList();
            if (took.Count > 0 && book.Find(replicas.Key) is { } account && !IsExperiment(account.Application, now)) account.Startup = took[took.Count / 2];
        }

        _looked = now;
        _startups = now - TimeSpan.FromMinutes(10);
    }

    private void Step(DateTimeOffset now)
    {
        var settled = now - LiveLoad.Settling;
        var through = new DateTimeOffset(settled.UtcTicks - (settled.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        foreach (var account in book.Accounts)
        {
            account.Read(now, () => [.. account.Settings.Metrics.Select(target => Readings.Read(metrics.Windows, account.Application, account.Settings, target, now))]);

            // What is new here was measured before it was heard of.
            var known = account.SteppedThrough;
            for (var at = known > through || through - known > Remembered ? through - Remembered : known + Tick; at <= through; at += Tick)
            {
                if (LiveLoad.Read(metrics.Windows, account, at, now, fleet.Find(account.Application)?.Row.Wanted ?? account.Wanted) is { } second) account.Add(second);
            }

            account.SteppedThrough = through;
        }

        _stepped = through;
    }

    private void Sample(DateTimeOffset now)
    {
        foreach (var account in book.Accounts)
        {
            if (!IsExperiment(account.Application, now)) account.Add(LiveLoad.Sample(metrics.Windows, account, now));
        }

        _sampled = now;
    }

    /// <summary>What replicas use, and how long they take to start, because of a fault that was put in says nothing of them.</summary>
    private bool IsExperiment(string application, DateTimeOffset now) => history.Find(application)?.IsExperiment(now) is true;

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        // One writes; the others follow along, so that any of them can take over.
        if (!await leadership.HoldAsync(cancellationToken)) return;
        var now = time.GetUtcNow();
        foreach (var accounts in book.Accounts.Chunk(AccountsPerTransaction))
        {
            var saved = accounts.Select(account => (Account: account, Kept: account.Save())).ToList();
            await database.TransactAsync(async transaction =>
            {
                await leadership.AssertHeldAsync(transaction);
                foreach (var (account, (hours, state)) in saved) await CostStore.SaveAsync(transaction, account, hours, state);
            }, cancellationToken);
            foreach (var (account, (hours, _)) in saved) account.Written(hours);
        }

        _saved = now;
        if (now - _forgot < TimeSpan.FromHours(1)) return;
        await database.TransactAsync(async transaction =>
        {
            await leadership.AssertHeldAsync(transaction);
            await CostStore.ForgetAsync(transaction, now);
        }, cancellationToken);
        _forgot = now;
    }

    [LoggerMessage(1, LogLevel.Warning, "Costs are not followed or not written")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(2, LogLevel.Debug, "Stopped")]
    private partial void LogStopped();

    private sealed record StartedRow
    {
        public string Application { get; init; } = "";

        public DateTimeOffset StartedAt { get; init; }

        public DateTimeOffset ChangedAt { get; init; }
    }
}
