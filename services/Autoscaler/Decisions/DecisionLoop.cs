using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Outlooks;
using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Scaling.Rules;
using Platform.Autoscaler.Scaling.Schedules;
using Platform.Autoscaler.Sources;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Autoscaler.Decisions;

/// <summary>
/// Decides for every application once per its sync period, as soon as what is newly measured is there. Deciding is done in memory; what tells
/// something new is written, thousands in a few commits: the decision, the history the next one needs and the command that carries it out
/// together, so that a kill before the commit decides again and a kill after it does not.
/// </summary>
internal sealed partial class DecisionLoop(
    [FromKeyedServices(AutoscalerModule.Name)] Database database,
    MetricIntake metrics,
    SourceReadings sources,
    Leadership leadership,
    Fleet fleet,
    OutlookFeeder outlooks,
    IOptions<AutoscalerOptions> options,
    TimeProvider time,
    ILogger<DecisionLoop> logger) : BackgroundService
{
    private const int PerTransaction = 250;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan GaugeWindow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuickPeriod = TimeSpan.FromSeconds(1);
    private static readonly Meter Meter = new("Platform.Autoscaler");
    private static readonly Histogram<double> Latency = Meter.CreateHistogram<double>("platform.autoscaler.decision.latency", "s", "From a measurement to the decision that takes it into account, written down if it is to be.");
    private readonly long _start = time.GetTimestamp();

    /// <summary>The newest decision, written or not, and when the next one is due; null: this instance does not decide for the application.</summary>
    public (ScalingDecision? Last, DateTimeOffset Next)? Latest(string application) => fleet.Find(application) is { } tracked
        ? (tracked.Last, time.GetUtcNow() + time.GetElapsedTime(time.GetTimestamp(), Math.Max(time.GetTimestamp(), tracked.DueAt)))
        : null;

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
    /// <returns>How many decisions were made.</returns>
    internal async Task<int> DecideDueAsync(CancellationToken cancellationToken)
    {
        if (!await leadership.HoldAsync(cancellationToken)) return 0;
        await fleet.RefreshAsync(leadership.Term, cancellationToken);
        List<Verdict> toWrite = [];
        var decided = 0;
        foreach (var application in fleet.Applications)
        {
            if (!IsDue(application, time.GetTimestamp())) continue;
            decided++;
            if (Decide(application) is not { } verdict) continue;
            toWrite.Add(verdict);
            if (toWrite.Count < PerTransaction) continue;
            await WriteAsync(toWrite, cancellationToken);
            toWrite.Clear();
        }

        if (toWrite.Count > 0) await WriteAsync(toWrite, cancellationToken);
        return decided;
    }

    /// <summary>
    /// When its period is over. With a period of a second or so, already a little before if something new has been measured: it falls
    /// in step with whoever measures, and does not look at a measurement when it is a second old. One that rests is woken as soon as somebody waits.
    /// </summary>
    private bool IsDue(TrackedApplication application, long now)
    {
        if (now < application.EarliestAt) return false;
        if (now >= application.DueAt) return true;
        var period = PeriodOf(application);

        // Its period has become shorter since: it rests now, or has other settings.
        if (application.Broken is null && time.GetElapsedTime(now, application.DueAt) > period) return true;
        if ((application.Heard ??= metrics.Find(application.Name)) is not { } heard || heard.At <= application.DecidedOn) return false;
        if (application.Row.Wanted == 0 && Readings.Waits(metrics.Windows, application.Name)) return true;
        return period <= 2 * QuickPeriod && time.GetElapsedTime(now, application.DueAt) <= period / 5;
    }

    /// <summary>A forecast is of no use to who looks at it four times a minute, nor is a replica to a request that has waited for so long.</summary>
    private static TimeSpan PeriodOf(TrackedApplication application)
    {
        var (period, hasTime) = (application.Settings.Behavior.SyncPeriod, application.Settings.Mode is ScalingMode.Reactive && application.Row.Wanted > 0);
        return hasTime || period < QuickPeriod ? period : QuickPeriod;
    }

    /// <summary>Says when the next decision is due, and before when nothing can bring it forward.</summary>
    private void SetDue(TrackedApplication application)
    {
        var period = PeriodOf(application);
        application.DueAt = time.GetTimestamp() + (long)(period.TotalSeconds * time.TimestampFrequency);
        application.EarliestAt = application.Row.Wanted == 0 ? 0 : period > 2 * QuickPeriod ? application.DueAt : application.DueAt - (long)(period.TotalSeconds / 5 * time.TimestampFrequency);
    }

    /// <returns>What is to be written; null: nothing.</returns>
    private Verdict? Decide(TrackedApplication application)
    {
        var (heardBefore, heard) = (application.DecidedOn, application.Heard ??= metrics.Find(application.Name));
        application.DecidedOn = heard?.At ?? 0;
        SetDue(application);
        if (application.Broken is { } broken)
        {
            LogBroken(application.Name, broken);
            application.EarliestAt = application.DueAt += 60 * time.TimestampFrequency;
            return null;
        }

        var now = time.GetUtcNow();
        var told = metrics.Windows.Over(GaugeWindow).Last(application.Name, MetricNames.WantedReplicas, revision: "", replica: "");
        var row = Situation.Reconcile(application.Row, told, now);
        var input = Input(application, row, now);
        var rules = StandardRules.Of(input.Settings);
        if (rules.Count > 0) application.Rules = RuleScaler.Progress(rules, input, application.Rules);
        var (forecast, noForecast) = input.Settings.Mode is ScalingMode.Reactive ? (null, "") : outlooks.Of(application.Name, input);
        var decision = Situation.Decide(row, input, heard is null ? null : now - time.GetElapsedTime(heard.At), options.Value, application.Rules, forecast, noForecast);

        var isNew = DecisionStore.TellsSomethingNew(decision, application.Last);
        var beginsRun = decision.Recommended is { } recommended && application.BeginsRun(recommended);
        var measured = application.DecidedOn > heardBefore ? heard?.MeasuredAt : null;
        if (isNew || beginsRun || row != application.Row) return new Verdict(application, row, decision, isNew, beginsRun, Guid.NewGuid(), measured);
        Remember(application, decision);
        Record(measured, now);
        return null;
    }

    private ScalingInput Input(TrackedApplication application, ScaledApplication row, DateTimeOffset now)
    {
        var (settings, _) = Schedule.Apply(application.Settings, now);
        var readings = Readings.All(metrics.Windows, sources, application.Name, settings, now);
        var activity = settings.ZeroAfter is not null || row.Wanted == 0 ? Readings.Activity(metrics.Windows, application.Name, readings) : null;
        if (activity is not { IsIdle: true }) application.BusyAt = time.GetTimestamp();
        return new ScalingInput
        {
            Now = now,
            Clock = time.GetElapsedTime(_start),
            Current = row.Wanted,
            Settings = settings,
            Replicas = application.Observe(row, now),
            Metrics = readings,
            History = application.History(now),
            IdleFor = activity is { IsIdle: true } ? time.GetElapsedTime(application.BusyAt) : null,
            Waiting = activity?.Waiting ?? 0,
            Disturbance = Situation.DisturbedBy(application.Disturbances, now),
            Asked = activity?.Asked ?? 0,
            CpuInitializationPeriod = options.Value.CpuInitializationPeriod,
            InitialReadinessDelay = options.Value.InitialReadinessDelay,
        };
    }

    private async Task WriteAsync(IReadOnlyList<Verdict> verdicts, CancellationToken cancellationToken)
    {
        List<Verdict> written = [];
        await database.TransactAsync(async transaction =>
        {
            written.Clear();
            await leadership.AssertHeldAsync(transaction);
            var lines = verdicts.Count(verdict => verdict.IsNew);
            var sequence = lines > 0 ? await DecisionStore.NumberAsync(transaction, lines) : 0;
            foreach (var verdict in verdicts)
            {
                if (await WriteAsync(transaction, verdict, verdict.IsNew ? sequence++ : 0, cancellationToken)) written.Add(verdict);
                else fleet.Distrust(verdict.Row.Touched);
            }
        }, cancellationToken);
        var now = time.GetUtcNow();
        foreach (var verdict in written)
        {
            Record(verdict.Measured, now);
            var (application, decision) = (verdict.Application, verdict.Decision);
            application.Row = verdict.After();
            if (decision.Changes)
            {
                application.Changes.Add(new ScaleChange(decision.At, decision.Desired - decision.Current));
                LogScaling(application.Name, decision.Current, decision.Desired, decision.Reason);
            }

            Remember(application, decision);
        }
    }

    /// <returns>False: a fact has arrived since it was decided, so it is decided again.</returns>
    private async Task<bool> WriteAsync(Transaction transaction, Verdict verdict, long sequence, CancellationToken cancellationToken)
    {
        var (name, decision) = (verdict.Application.Name, verdict.Decision);
        var json = DecisionStore.Serialize(decision);
        if (!await ApplicationStore.DecidedAsync(transaction, verdict.After(), json)) return false;
        var forgetBefore = decision.At - Memory(verdict.Application.Settings);
        if (verdict.BeginsRun) await DecisionStore.BeginRunAsync(transaction, name, decision.At, decision.Recommended!.Value, forgetBefore);
        if (verdict.IsNew) await DecisionStore.ListAsync(transaction, sequence, name, decision.At, json, options.Value.KeptDecisions);
        if (!decision.Changes) return true;
        await DecisionStore.ChangedAsync(transaction, name, verdict.Command, decision.Desired - decision.Current, decision.At, forgetBefore);
        await transaction.SendAsync(
            new ScaleApplication
            {
                Application = name,
                At = decision.At,
                CorrelationId = verdict.Command,
                RequestedBy = AutoscalerModule.Name,
                Reason = decision.Reason,
                Replicas = decision.Desired,
            },
            cancellationToken);
        return true;
    }

    private static void Record(DateTimeOffset? measured, DateTimeOffset now)
    {
        if (measured is { } at && Latency.Enabled) Latency.Record(Math.Max(0, (now - at).TotalSeconds));
    }

    private static void Remember(TrackedApplication application, ScalingDecision decision)
    {
        application.Last = decision;
        if (decision.Recommended is { } replicas) application.Recommend(decision.At, replicas, decision.At - Memory(application.Settings));
    }

    /// <summary>How far back decisions look.</summary>
    private static TimeSpan Memory(ScalingSettings settings)
    {
        var windows = Stabilization.Memory(settings.Behavior);
        var coolDown = StandardRules.Of(settings) is { Count: > 0 } rules ? rules.Max(rule => rule.CoolDown) : TimeSpan.Zero;
        return windows > coolDown ? windows : coolDown;
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

    [LoggerMessage(4, LogLevel.Warning, "{Application} is not scaled: {Why}")]
    private partial void LogBroken(string application, string why);

    /// <summary>A decision on its way into the database.</summary>
    /// <param name="Application">Whose.</param>
    /// <param name="Row">Its row when it was decided, with what its owner's gauge says.</param>
    /// <param name="Decision">The decision.</param>
    /// <param name="IsNew">It belongs into the list.</param>
    /// <param name="BeginsRun">It recommends another number than the last one.</param>
    /// <param name="Command">The command's id, if there is one.</param>
    /// <param name="Measured">When what is new to it was measured; null: nothing is.</param>
    private sealed record Verdict(TrackedApplication Application, ScaledApplication Row, ScalingDecision Decision, bool IsNew, bool BeginsRun, Guid Command, DateTimeOffset? Measured)
    {
        public ScaledApplication After() =>
            Decision.Changes ? Row with { Pending = Command, PendingTo = Decision.Desired, PendingSince = Decision.At } : Row;
    }
}
