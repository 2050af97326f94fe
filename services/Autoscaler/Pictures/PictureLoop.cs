using Microsoft.Extensions.Options;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Outlooks;
using Platform.Contracts.Scaling;
using Platform.Messaging;

namespace Platform.Autoscaler.Pictures;

/// <summary>
/// Tells every few seconds, for whoever draws it, where the scaling of each application stands. Of a large fleet each application's turn comes less
/// often, so that all together cost the bus no more than twenty messages a second.
/// </summary>
internal sealed partial class PictureLoop(
    CostBook book,
    CostDesk desk,
    DecisionLoop decisions,
    OutlookFeeder outlooks,
    FleetHistory history,
    IEventPublisher publisher,
    IOptions<CostOptions> costs,
    IOptions<AutoscalerOptions> options,
    TimeProvider time,
    ILogger<PictureLoop> logger) : BackgroundService
{
    private const int MostPerSecond = 20;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shown = TimeSpan.FromHours(1);
    private static readonly double[] Levels = [0.05, 0.5, 0.95];
    private readonly Dictionary<string, Sketch> _sketches = new(StringComparer.Ordinal);
    private Queue<CostAccount> _turns = [];
    private int _version = -1;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await TellAsync(stoppingToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure);
        }
    }

    /// <summary>Tells of those whose turn it is, the longest untold first.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (_version != book.Version) Enlist();
        for (var told = 0; told < MostPerSecond && _turns.TryPeek(out var account); told++)
        {
            var sketch = _sketches[account.Application];
            if (sketch.ToldAt != 0 && time.GetElapsedTime(sketch.ToldAt, now) < costs.Value.PictureEvery) return;
            _turns.Enqueue(_turns.Dequeue());

            // Who does not decide has nothing to tell; the one that does, does.
            if (decisions.Latest(account.Application) is not { } latest) continue;
            sketch.ToldAt = now;
            await publisher.PublishAsync(await PictureAsync(account, sketch, latest.Last, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Somebody came or went: whoever is there takes turns, the longest untold first.</summary>
    private void Enlist()
    {
        _version = book.Version;
        foreach (var gone in _sketches.Keys.Where(name => book.Find(name) is null).ToList()) _sketches.Remove(gone);
        _turns = new Queue<CostAccount>(book.Accounts.OrderBy(account => SketchOf(account.Application).ToldAt));
    }

    private async Task<ScalingProgressed> PictureAsync(CostAccount account, Sketch sketch, Scaling.ScalingDecision? last, CancellationToken cancellationToken)
    {
        var (points, none) = Forecast(account, sketch);
        var demand = account.Latest is { } second ? account.Capacity.Demand(second) : double.NaN;
        return new ScalingProgressed
        {
            Application = account.Application,
            At = time.GetUtcNow(),
            CorrelationId = Guid.NewGuid(),
            Mode = account.Settings.Mode,
            Decision = last?.Reason,
            DecidedAt = last?.At,
            Desired = last?.Desired,
            Capacity = account.Capacity.RequestsPerSecond ?? last?.Forecast?.Capacity,
            Needed = double.IsFinite(demand) ? (int)Math.Ceiling(Math.Min(demand, 1e6) - 1e-9) : null,
            Shadow = account.Capacity.IsKnown ? account.ShadowReplicas() : null,
            Forecast = points,
            NoForecast = none,
            Cost = Glance(await desk.ReportAsync(account.Application, cancellationToken)),
        };
    }

    /// <summary>What decisions go by where there is such a forecast, the next hour from the history otherwise.</summary>
    private (IReadOnlyList<ForecastPoint> Points, string? None) Forecast(CostAccount account, Sketch sketch)
    {
        if (outlooks.Find(account.Application) is { } outlook && outlook.Fan(Levels) is { Count: > 0 } fan)
        {
            var step = options.Value.ForecastStep;
            var end = step < TimeSpan.FromMinutes(1) ? new DateTimeOffset(outlook.FedThrough * step.Ticks, TimeSpan.Zero) : DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(outlook.FedThrough + 1);
            sketch.Take(step, [.. fan.Select((values, i) => LongForecasts.Point(end + (step * (i + 0.5)), values[0], values[1], values[2]))]);
            return (sketch.Memory.Points(Shown), null);
        }

        var now = time.GetTimestamp();
        if (sketch.ForecastAt == 0 || time.GetElapsedTime(sketch.ForecastAt, now) >= LongForecasts.Step)
        {
            sketch.Take(LongForecasts.Step, LongForecasts.Of(history, account.Application));
            sketch.ForecastAt = now;
        }

        var points = sketch.Memory.Points(Shown);
        return points.Count > 0 ? (points, null) : ([], "There is no forecast yet: it takes an hour of measurements, or, where decisions go by it, 30 steps.");
    }

    private static CostPicture Glance(CostReport report) => new()
    {
        Currency = report.Currency,
        PerHour = report.Now.PerHour,
        Month = report.Month?.Cost,
        Idle = report.Waste?.Share,
        ReplicaHours = report.Comparison?.ReplicaHours,
        OverCapacity = report.Comparison?.RequestsOverCapacity,
        HpaReplicaHours = report.Comparison?.Hpa.ReplicaHours,
        HpaOverCapacity = report.Comparison?.Hpa.RequestsOverCapacity,
        Saved = report.Comparison?.Saved,
        Comparison = report.Comparison?.Sentence,
        Savings = [.. report.Savings.Select(saving => new SavingPicture(saving.Kind, saving.PerMonth, saving.What))],
    };

    private Sketch SketchOf(string application)
    {
        if (!_sketches.TryGetValue(application, out var sketch)) _sketches[application] = sketch = new Sketch();
        return sketch;
    }

    [LoggerMessage(1, LogLevel.Warning, "Nobody is told how applications are scaled")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(2, LogLevel.Debug, "Stopped")]
    private partial void LogStopped();

    /// <summary>What one application's next picture needs of those before.</summary>
    private sealed class Sketch
    {
        private TimeSpan _step;

        public long ToldAt { get; set; }

        public long ForecastAt { get; set; }

        public ForecastMemory Memory { get; } = new();

        /// <summary>Forecasts of another kind do not continue each other.</summary>
        public void Take(TimeSpan step, IReadOnlyList<ForecastPoint> points)
        {
            if (step != _step) Memory.Clear();
            _step = step;
            Memory.Take(points);
        }
    }
}
