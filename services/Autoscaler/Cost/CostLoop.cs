using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.RightSizing;
using Platform.Storage;

namespace Platform.Autoscaler.Cost;

/// <summary>
/// Follows every application second by second: what runs, what it is asked, what it uses, and what its shadows would have done. Each is looked at once
/// a second, a tenth of the fleet at a time; in a large fleet several of its seconds are settled in one pass (<see cref="CostTurns"/>), always before
/// anything changes that they are counted by, so that it does not matter when. Each is written down once a minute and at the end: a kill loses a
/// minute at most.
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
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>Seconds longer ago than this were not kept by the windows.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(35);

    private readonly HashSet<CostAccount> _toSave = [];
    private bool _loaded;
    private long _seen = -1;
    private int _slice;
    private DateTimeOffset _looked, _forgot, _stepped, _startups = DateTimeOffset.UnixEpoch;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Second / CostTurns.Slices, time);
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
            if (_loaded) await SaveAllAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is StorageUnavailableException or LeaseLostException or OperationCanceledException)
        {
            LogFailed(failure);
        }
    }

    /// <summary>One round: what is due by now of a tenth of the fleet; of a small one all of it, once a second.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!_loaded)
        {
            foreach (var account in await database.ReadAsync(CostStore.LoadAsync, cancellationToken)) book.Put(account);
            _loaded = true;
        }

        // A clock that was set back must not keep anything waiting until it has caught up.
        if (now < _stepped)
        {
            (_looked, _forgot, _stepped) = (default, default, default);
            foreach (var account in book.Accounts) account.Turns.StepBack();
        }

        if (now - _looked >= LookEvery) await LookAsync(now, cancellationToken);
        if (book.Count > CostTurns.SmallFleet) Step(now, book.Slice(_slice = (_slice + 1) % CostTurns.Slices));
        else if (now - _stepped >= Second - (Second / CostTurns.Slices / 2)) Step(now, book.Accounts);
        else return;
        _stepped = now;
        if (_toSave.Count > 0) await SaveAsync(now, cancellationToken);
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
            _seen = Math.Max(_seen, application.Touched);
            if (application.Removed)
            {
                book.Remove(application.Name);
                continue;
            }

            var account = book.Of(application.Name, now);
            if (account.IsChangedBy(application)) SettleAsLooked(account);
            account.Follow(application);
        }

        foreach (var replicas in started.GroupBy(row => row.Application))
        {
            var took = replicas.Select(row => row.ChangedAt - row.StartedAt).Where(span => span > TimeSpan.Zero).Order().ToList();
            if (took.Count == 0 || book.Find(replicas.Key) is not { } account || account.Startup == took[took.Count / 2] || history.IsExperiment(account.Application, now)) continue;
            SettleAsLooked(account);
            account.Startup = took[took.Count / 2];
        }

        _looked = now;
        _startups = now - TimeSpan.FromMinutes(10);
    }

    private void Step(DateTimeOffset now, IEnumerable<CostAccount> accounts)
    {
        var pass = CostTurns.Pass(book.Count);
        var through = Through(now);
        foreach (var account in accounts)
        {
            var turns = account.Turns;
            if (account.IsReadingDue(now)) account.Read(now, Measure(account, now));

            // What a second is counted by does not change behind it.
            var wanted = fleet.Find(account.Application)?.Row.Wanted ?? account.Wanted;
            if (wanted != account.CountedBy) SettleAsLooked(account);
            account.CountedBy = wanted;
            turns.LookedThrough = through;
            var isToSave = turns.IsToSave(now);
            if (isToSave || turns.IsToSettle(through, pass)) Settle(account, through);
            if (turns.IsToSample(now, UsageProfile.SampleLength) && !history.IsExperiment(account.Application, now)) account.Add(LiveLoad.Sample(metrics.Windows, account, now));
            if (isToSave) _toSave.Add(account);
        }
    }

    private MeasuredMetric[] Measure(CostAccount account, DateTimeOffset now)
    {
        var targets = account.Settings.Metrics;
        var measured = new MeasuredMetric[targets.Count];
        for (var i = 0; i < measured.Length; i++) measured[i] = MeasuredMetric.Of(Readings.Read(metrics.Windows, account.Application, account.Settings, targets[i], now));
        return measured;
    }

    /// <summary>Settles what could have been settled when the account was last looked at.</summary>
    private void SettleAsLooked(CostAccount account)
    {
        if (account.Turns is { LookedThrough: { } looked, SettledThrough: { } settled } && settled < looked) Settle(account, looked);
    }

    /// <summary>Counts an account's seconds that are not counted yet, up to this one.</summary>
    private void Settle(CostAccount account, DateTimeOffset through)
    {
        // What is new here was measured before it was heard of.
        var from = account.Turns.SettledThrough is { } known && known <= through && through - known <= Remembered ? known + Second : through - Remembered;
        account.Turns.SettledThrough = through;
        Span<LoadSecond> seconds = stackalloc LoadSecond[(int)((through - from) / Second) + 1];
        var read = LiveLoad.Read(metrics.Windows, account, from, account.CountedBy, seconds);
        account.Add(seconds[..read]);
    }

    private static DateTimeOffset Through(DateTimeOffset now)
    {
        var settled = now - LiveLoad.Settling;
        return new DateTimeOffset(settled.UtcTicks - (settled.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    private async Task SaveAllAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var account in book.Accounts)
        {
            Settle(account, Through(now));
            _toSave.Add(account);
        }

        await SaveAsync(now, cancellationToken);
    }

    private async Task SaveAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // One writes; the others follow along, so that any of them can take over.
        if (!await leadership.HoldAsync(cancellationToken))
        {
            _toSave.Clear();
            return;
        }

        foreach (var accounts in _toSave.Chunk(AccountsPerTransaction))
        {
            var saved = accounts.Select(account => (Account: account, Kept: account.Save())).ToList();
            await database.TransactAsync(async transaction =>
            {
                await leadership.AssertHeldAsync(transaction);
                foreach (var (account, (hours, state)) in saved) await CostStore.SaveAsync(transaction, account, hours, state);
            }, cancellationToken);
            foreach (var (account, (hours, _)) in saved)
            {
                account.Written(hours);
                _toSave.Remove(account);
            }
        }

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
