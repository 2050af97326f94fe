using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Platform.Autoscaler.Anomalies.Causes;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Contracts.Anomalies;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>
/// Looks at each minute that is over for anomalies, keeps them and tells the bus. An anomaly's row and its event are one commit, and its id follows
/// from what it is: found again after a kill it is neither kept nor told twice. Every instance watches; the one that leads tells.
/// </summary>
internal sealed partial class AnomalyWatch : BackgroundService
{
    private const int MostMinutes = 60;
    private const int MostPending = 10_000;
    private readonly Channel<ClosedMinute> _minutes = Channel.CreateBounded<ClosedMinute>(new BoundedChannelOptions(MostMinutes) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Queue<Anomaly> _pending = [];
    private readonly Database _database;
    private readonly FleetHistory _history;
    private readonly HistoryKeeper _keeper;
    private readonly Leadership _leadership;
    private readonly AnomalyOptions _options;
    private readonly FleetWatch _fleet;
    private readonly TimeProvider _time;
    private readonly ILogger<AnomalyWatch> _logger;
    private bool _resumed;

    public AnomalyWatch(
        [FromKeyedServices(AutoscalerModule.Name)] Database database,
        FleetHistory history,
        HistoryKeeper keeper,
        Leadership leadership,
        IOptions<AnomalyOptions> options,
        TimeProvider time,
        ILogger<AnomalyWatch> logger)
    {
        (_database, _history, _keeper, _leadership, _options, _time, _logger) = (database, history, keeper, leadership, options.Value, time, logger);
        _fleet = new FleetWatch(history, _options.MostSeries);
        keeper.MinuteClosed += OnMinute;
    }

    public override void Dispose()
    {
        _keeper.MinuteClosed -= OnMinute;
        base.Dispose();
    }

    /// <summary>Looks at one minute, and keeps and tells what it found and what waits since earlier ones.</summary>
    internal async Task TakeAsync(ClosedMinute minute, CancellationToken cancellationToken)
    {
        if (!_resumed)
        {
            _fleet.Resume(await _database.ReadAsync(AnomalyStore.OpenAsync, cancellationToken));
            _resumed = true;
        }

        foreach (var gone in _fleet.Applications().Where(application => _history.Find(application) is null)) _fleet.Forget(gone);
        foreach (var anomaly in _fleet.Take(minute, _time.GetUtcNow())) _pending.Enqueue(anomaly);
        while (_pending.Count > MostPending) _pending.Dequeue();
        if (_pending.Count > 0 && await _leadership.HoldAsync(cancellationToken)) await TellAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.MostSeries == 0) return;
        try
        {
            await foreach (var minute in _minutes.Reader.ReadAllAsync(stoppingToken)) await TryAsync(minute, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(_pending.Count);
        }
    }

    private void OnMinute(ClosedMinute minute) => _minutes.Writer.TryWrite(minute);

    private async Task TryAsync(ClosedMinute minute, CancellationToken stoppingToken)
    {
        try
        {
            await TakeAsync(minute, stoppingToken);
        }
        catch (LeaseLostException)
        {
            _leadership.Lost();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure, _pending.Count);
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var anomalies = _pending.ToList();
        await _database.TransactAsync(async transaction =>
        {
            await _leadership.AssertHeldAsync(transaction);
            foreach (var anomaly in anomalies)
            {
                if (anomaly.Ended is null) await BeginAsync(transaction, anomaly, cancellationToken);
                else await EndAsync(transaction, anomaly, cancellationToken);
            }
        }, cancellationToken);
        foreach (var _ in anomalies) _pending.Dequeue();
    }

    private async Task BeginAsync(Transaction transaction, Anomaly anomaly, CancellationToken cancellationToken)
    {
        var causes = CauseRanking.Rank(anomaly.Metric, anomaly.Began, await AnomalyStore.ChangesAsync(transaction, anomaly.Application, anomaly.Began + TimeSpan.FromMinutes(1)));
        if (!await AnomalyStore.BeginAsync(transaction, anomaly with { Causes = causes }, _options.Kept)) return;
        await transaction.PublishAsync(
            new AnomalyDetected
            {
                Application = anomaly.Application,
                At = anomaly.Began,
                CorrelationId = anomaly.Id,
                Metric = anomaly.Metric,
                Kind = anomaly.Kind,
                Severity = anomaly.Severity,
                Score = anomaly.Score,
                Value = anomaly.Value,
                ExpectedLow = anomaly.ExpectedLow,
                ExpectedHigh = anomaly.ExpectedHigh,
                Message = anomaly.Message,
                Causes = causes,
            },
            cancellationToken);
        transaction.OnCommitted(() => LogDetected(anomaly.Application, anomaly.Message));
    }

    private static async Task EndAsync(Transaction transaction, Anomaly ended, CancellationToken cancellationToken)
    {
        if (await AnomalyStore.EndAsync(transaction, ended) is not { } whole) return;
        await transaction.PublishAsync(
            new AnomalyEnded
            {
                Application = whole.Application,
                At = whole.Ended!.Value,
                CorrelationId = whole.Id,
                Metric = whole.Metric,
                Outcome = whole.Outcome!,
                Duration = whole.Ended.Value - whole.Began,
            },
            cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "{Application}: {Message}")]
    private partial void LogDetected(string application, string message);

    [LoggerMessage(2, LogLevel.Warning, "Anomalies are late, {Pending} wait to be told")]
    private partial void LogFailed(Exception failure, int pending);

    [LoggerMessage(3, LogLevel.Debug, "Stopped with {Pending} anomalies to tell")]
    private partial void LogStopped(int pending);
}
