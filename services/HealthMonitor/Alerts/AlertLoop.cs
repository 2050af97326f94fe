using System.Globalization;
using Microsoft.Extensions.Options;
using Platform.Contracts.Health;
using Platform.HealthMonitor.Live;
using Platform.HealthMonitor.ReadModel;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.HealthMonitor.Alerts;

/// <summary>
/// Evaluates every rule for every application, once a second. What is raised or resolved is committed together with its event. A
/// restart goes on with the alerts that are active and with how long a condition has held; the time in which nobody looked does not count.
/// </summary>
internal sealed partial class AlertLoop(
    [FromKeyedServices(HealthMonitorModule.Name)] Database database,
    LiveMetrics metrics,
    IOptions<HealthMonitorOptions> options,
    TimeProvider time,
    ILogger<AlertLoop> logger) : BackgroundService
{
    /// <summary>What is kept of a pending condition may be this old when the service is killed: so much of its <c>for</c> is then waited for again.</summary>
    private static readonly TimeSpan KeepPendingEvery = TimeSpan.FromSeconds(5);
    private readonly Dictionary<(string Rule, string Application), AlertState> _states = [];
    private HashSet<(string Rule, string Application, DateTimeOffset Since)> _kept = [];
    private DateTimeOffset _keptAt;
    private bool _loaded;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.EvaluationInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryEvaluateAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task TryEvaluateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EvaluateAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // What the memory says may be ahead of what was committed: begin again from the tables.
            _loaded = false;
            LogFailed(failure);
        }
    }

    /// <summary>One round.</summary>
    internal async Task EvaluateAsync(CancellationToken cancellationToken)
    {
        if (!_loaded) await LoadAsync(cancellationToken);
        var (rules, snapshot) = await database.ReadAsync(
            async reader => (await AlertStore.RulesAsync(reader), await PlatformSnapshot.ReadAsync(reader)), cancellationToken);
        var now = time.GetUtcNow();
        foreach (var application in snapshot.Applications)
        {
            var ready = snapshot.Replicas.Count(replica => replica.Application == application.Name && replica.State == "ready");
            metrics.Sample(application.Name, ready, application.Wanted);
        }

        var seen = new HashSet<(string, string)>();
        foreach (var rule in rules.Where(rule => rule.Enabled))
        {
            foreach (var application in snapshot.Applications.Where(a => rule.Application is null || rule.Application == a.Name))
            {
                seen.Add((rule.Name, application.Name));
                await StepAsync(rule, application.Name, Observations.Of(metrics.Windows, rule, application.Name), now, cancellationToken);
            }
        }

        foreach (var service in snapshot.Services.GroupBy(service => service.Service))
        {
            var rule = ServiceRule.For(service.Key);
            seen.Add((rule.Name, ServiceRule.Application));
            await StepAsync(rule, ServiceRule.Application, ServiceRule.Observe([.. service], now), now, cancellationToken);
        }

        // The rule was deleted or switched off, or the application is gone: nobody would resolve these.
        foreach (var (key, state) in _states.Where(state => !seen.Contains(state.Key)).ToList())
        {
            if (state.Phase is AlertPhase.Firing) await ResolveAsync(key, state, now, cancellationToken);
            _states.Remove(key);
        }

        await KeepPendingAsync(now, cancellationToken);
    }

    private async Task KeepPendingAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pending = _states.Where(s => s.Value.Phase is AlertPhase.Pending).Select(s => (s.Key.Rule, s.Key.Application, s.Value.Since)).ToHashSet();
        if (_kept.SetEquals(pending) && (pending.Count == 0 || now - _keptAt < KeepPendingEvery)) return;
        await database.TransactAsync(
            transaction => AlertStore.KeepPendingAsync(transaction, pending.Select(p => new PendingRow { Rule = p.Rule, Application = p.Application, Since = p.Since, SeenAt = now })),
            cancellationToken);
        (_kept, _keptAt) = (pending, now);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await database.TransactAsync(AlertStore.SeedAsync, cancellationToken);
        var (active, pending) = await database.ReadAsync(
            async reader => (await AlertStore.ActiveAsync(reader), await AlertStore.PendingAsync(reader)), cancellationToken);
        var now = time.GetUtcNow();
        _states.Clear();
        foreach (var row in pending) _states[(row.Rule, row.Application)] = new AlertState(AlertPhase.Pending, row.Since + (now - row.SeenAt));
        _kept = [.. pending.Select(row => (row.Rule, row.Application, row.Since))];
        foreach (var alert in active) _states[(alert.Rule, alert.Application)] = new AlertState(AlertPhase.Firing, alert.RaisedAt, AlertId: alert.Id);
        _loaded = true;
    }

    private async Task StepAsync(AlertRule rule, string application, Observation observed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = _states.GetValueOrDefault((rule.Name, application), AlertState.Inactive);
        var (state, transition) = AlertEvaluation.Step(rule, before, observed, now, Guid.NewGuid());
        if (transition is AlertTransition.Raised) await RaiseAsync(rule, application, state.AlertId, observed.Value!.Value, now, cancellationToken);
        if (transition is AlertTransition.Resolved) await ResolveAsync((rule.Name, application), before, now, cancellationToken);
        _states[(rule.Name, application)] = state;
    }

    private async Task RaiseAsync(AlertRule rule, string application, Guid id, double value, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var alert = new AlertRow
        {
            Id = id,
            Rule = rule.Name,
            Application = application,
            Severity = rule.Severity.ToString().ToLower(CultureInfo.InvariantCulture),
            Message = AlertSentence.Of(rule, application, value),
            Value = value,
            Threshold = rule.Threshold,
            RaisedAt = now,
        };
        await database.TransactAsync(async transaction =>
        {
            await AlertStore.RaiseAsync(transaction, alert);
            await transaction.PublishAsync(
                new AlertRaised
                {
                    Application = application,
                    At = now,
                    CorrelationId = id,
                    Rule = alert.Rule,
                    Severity = alert.Severity,
                    Message = alert.Message,
                    Value = value,
                    Threshold = alert.Threshold,
                },
                cancellationToken);
        }, cancellationToken);
        LogRaised(rule.Name, alert.Message);
    }

    private Task ResolveAsync((string Rule, string Application) key, AlertState state, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.TransactAsync(async transaction =>
        {
            if (!await AlertStore.ResolveAsync(transaction, state.AlertId, now)) return;
            await transaction.PublishAsync(
                new AlertResolved { Application = key.Application, At = now, CorrelationId = state.AlertId, Rule = key.Rule, Duration = now - state.Since },
                cancellationToken);
        }, cancellationToken);

    [LoggerMessage(1, LogLevel.Warning, "Alert {Rule}: {Message}")]
    private partial void LogRaised(string rule, string message);

    [LoggerMessage(2, LogLevel.Warning, "Alert rules could not be evaluated")]
    private partial void LogFailed(Exception failure);
}
