using Platform.Contracts.Traffic;
using Platform.Gateway.Routers;
using Platform.Gateway.Routing;
using Platform.Messaging;

namespace Platform.Gateway.Draining;

/// <summary>
/// Sees replicas out: waits for their last request, cuts what outlives the grace period, and announces them drained. Level-triggered: each
/// turn looks at every departure, so that a missed wake-up or a failed announcement costs one turn and nothing else.
/// </summary>
internal sealed partial class Drainer : BackgroundService
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly RouteTables _tables;
    private readonly RouterSet _routers;
    private readonly IEventPublisher _events;
    private readonly TimeProvider _time;
    private readonly ILogger<Drainer> _logger;
    private readonly SemaphoreSlim _moved = new(0, 1);

    public Drainer(RouteTables tables, RouterSet routers, IEventPublisher events, TimeProvider time, ILogger<Drainer> logger)
    {
        (_tables, _routers, _events, _time, _logger) = (tables, routers, events, time, logger);
        tables.DepartureMoved = WakeUp;
    }

    public override void Dispose()
    {
        _tables.DepartureMoved = null;
        base.Dispose();
        _moved.Dispose();
    }

    /// <summary>One look at every departure.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        foreach (var departure in _tables.Drain())
        {
            if (!await _routers.HasDrainedAsync(departure.Departed.Application, cancellationToken)) continue;
            await AnnounceAsync(departure.Departed, departure.Cut, cancellationToken);
            departure.Announced = true;
            LogDrained(departure.Departed.Replica, departure.Departed.Application, departure.Cut);
        }
    }

    /// <summary>Says that a replica is drained.</summary>
    internal Task AnnounceAsync(DepartedReplica departed, int cut, CancellationToken cancellationToken) => _events.PublishAsync(
        new ReplicaDrained
        {
            Application = departed.Application,
            At = _time.GetUtcNow(),
            CorrelationId = departed.CorrelationId,
            Replica = departed.Replica,
            Generation = _tables.Generation(departed.Application),
            Cut = cut,
        },
        cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DrainAsync(stoppingToken);
            }
            catch (BusAwayException away)
            {
                LogWaits(away.Message);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotAnnounced(exception);
            }

            await PauseAsync(stoppingToken);
        }
    }

    private async Task PauseAsync(CancellationToken stoppingToken)
    {
        var pause = _tables.NextCut - _time.GetUtcNow() is { } left && left < Turn ? left : Turn;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var moved = _moved.WaitAsync(over.Token);
        await Task.WhenAny(moved, Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(1), _time, over.Token));
        await over.CancelAsync();
        await moved.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void WakeUp()
    {
        try
        {
            if (_moved.CurrentCount == 0) _moved.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it between the look and the call: it is awake.
            return;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Replica {Replica} of {Application} is drained; {Cut} requests were cut")]
    private partial void LogDrained(string replica, string application, int cut);

    [LoggerMessage(2, LogLevel.Warning, "A drained replica could not be announced; it is tried again")]
    private partial void LogNotAnnounced(Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "A drained replica is announced later: {Reason}")]
    private partial void LogWaits(string reason);
}
