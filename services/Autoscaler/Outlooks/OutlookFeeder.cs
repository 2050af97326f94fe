using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Outlooks;

/// <summary>
/// Gives each outlook its application's demand: first all that the history has, then every minute as it ends. An application has an outlook from
/// when one is first asked for (its mode is not reactive) until it has not been for a while.
/// </summary>
internal sealed partial class OutlookFeeder(
    FleetHistory history,
    HistoryKeeper keeper,
    MetricIntake metrics,
    IOptions<AutoscalerOptions> options,
    TimeProvider time,
    ILogger<OutlookFeeder> logger) : BackgroundService
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, Outlook> _outlooks = new(StringComparer.Ordinal);
    private readonly TimeSpan _step = options.Value.ForecastStep;

    public int Count => _outlooks.Count;

    public Outlook? Find(string application) => _outlooks.GetValueOrDefault(application);

    /// <summary>The estimate, or why there is none.</summary>
    public (ForecastEstimate? Forecast, string NoForecast) Of(string application, ScalingInput input)
    {
        var outlook = _outlooks.GetOrAdd(application, static (name, step) => new Outlook(name, step), _step);
        outlook.AskedAt = time.GetTimestamp();
        return outlook.Ask(input);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await keeper.Loaded.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(_step < TimeSpan.FromSeconds(1) ? _step : TimeSpan.FromSeconds(Math.Min(_step.TotalSeconds, 1)), time);
            while (await timer.WaitForNextTickAsync(stoppingToken)) FeedAll(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(_outlooks.Count);
        }
    }

    /// <summary>Brings every outlook up to the last step that ended.</summary>
    internal void FeedAll(CancellationToken cancellationToken)
    {
        var through = _step < Minute ? time.GetUtcNow().UtcTicks / _step.Ticks : history.ClosedThrough;
        foreach (var (name, outlook) in _outlooks)
        {
            if (cancellationToken.IsCancellationRequested) return;
            if (time.GetElapsedTime(outlook.AskedAt) > ForgottenAfter) _outlooks.TryRemove(name, out _);
            else if (_step < Minute) FeedLive(outlook, through);
            else FeedMinutes(outlook, through);
        }
    }

    /// <summary>Steps shorter than a minute are for days that last minutes: they are measured as they come, and have no past.</summary>
    private void FeedLive(Outlook outlook, long through)
    {
        if (outlook.FedThrough >= through) return;
        outlook.FedThrough = through;
        if (outlook.IsTooShort() && outlook.Known < Outlook.Enough) outlook.Begin();
        var over = metrics.Windows.Over(_step < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : _step);
        var cpu = over.MeanPerReplica(outlook.Application, MetricNames.Cpu);
        var now = time.GetUtcNow();
        var masks = (history.Find(outlook.Application)?.Masks() ?? []).Where(mask => mask.IsUnderWay(now)).ToList();
        bool IsTypical(string metric) => !masks.Exists(mask => mask.Hides(metric));
        outlook.Observe(new OutlookStep(
            masks.Exists(mask => mask.InducesLoad) ? double.NaN : over.Rate(outlook.Application, MetricNames.Requests) ?? double.NaN,
            IsTypical(MetricNames.Requests),
            over.Last(outlook.Application, MetricNames.ReadyReplicas, revision: "", replica: "") ?? double.NaN,
            cpu.Count > 0 && IsTypical(MetricNames.Cpu) ? cpu.Values.Sum() : double.NaN,
            IsTypical(MetricNames.Latency) ? over.Quantile(0.95, outlook.Application, MetricNames.Latency) ?? double.NaN : double.NaN));
    }

    private void FeedMinutes(Outlook outlook, long through)
    {
        if (outlook.FedThrough >= 0 && outlook.IsTooShort()) outlook.FedThrough = -1;
        if (outlook.FedThrough < 0) outlook.Begin();
        var behind = outlook.FedThrough < 0 ? SeriesHistory.Days * SeriesHistory.MinutesPerDay : (int)Math.Clamp(through - outlook.FedThrough, 0, SeriesHistory.Days * SeriesHistory.MinutesPerDay);
        if (behind == 0) return;

        var name = outlook.Application;

        // What users ask during an outage or a fault is looked at and not learned; what an experiment asks is nobody's demand.
        var (requests, typical) = (Values(MetricNames.Requests, mask => mask.InducesLoad), Masked(MetricNames.Requests));
        var (replicas, cpu, latency) = (Masked(MetricNames.ReadyReplicas), Masked(MetricNames.Cpu), Masked(MetricNames.Latency));
        var first = Array.FindIndex(requests, double.IsFinite);
        if (first < 0 && outlook.FedThrough < 0) first = behind;
        for (var i = outlook.FedThrough < 0 ? first : 0; i < behind; i++)
        {
            outlook.Observe(new OutlookStep(requests[i], IsTypical: double.IsNaN(requests[i]) || !double.IsNaN(typical[i]), replicas[i], cpu[i], latency[i]));
        }

        if (outlook.FedThrough < 0) LogFilled(name, behind - first);
        outlook.FedThrough = through;

        // Up to the same minute, whether another one ends meanwhile or not.
        double[] Values(string metric, Func<Mask, bool> hides) =>
            history.Of(name).Minutes(metric, DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(through + 1), behind, hides).Values.ToArray();

        double[] Masked(string metric) => Values(metric, mask => mask.Hides(metric));
    }

    [LoggerMessage(1, LogLevel.Information, "The forecast of {Application} has learned from {Minutes} minutes of history")]
    private partial void LogFilled(string application, int minutes);

    [LoggerMessage(2, LogLevel.Debug, "Stopped with {Outlooks} forecasts")]
    private partial void LogStopped(int outlooks);
}
