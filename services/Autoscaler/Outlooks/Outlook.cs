using System.Globalization;
using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Scaling.Predictive;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Outlooks;

/// <summary>
/// One application's forecast and what it asks for: fed with every step of its demand as it ends, asked at each decision. Safe for one feeder
/// and one asker.
/// </summary>
/// <param name="application">Whose.</param>
/// <param name="step">The time between two measurements of its demand.</param>
internal sealed class Outlook(string application, TimeSpan step)
{
    /// <summary>Before so many known steps a forecast is a guess.</summary>
    public const int Enough = 30;

    private const int Longest = 16;
    private static readonly TimeSpan AssumedStartup = TimeSpan.FromSeconds(60);
    private readonly Lock _gate = new();
    private readonly StartupTimes _startups = new(AssumedStartup < step * 2 ? AssumedStartup : step * 2);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly CpuCost _cpu = new();
    private PredictiveScaler _scaler = new(3);
    private ReplicaCapacity? _learned;
    private double _stated = double.NaN;
    private int _known;
    private long _steps;
    private Answer? _answer;

    public string Application => application;

    /// <summary>The last minute it was given; what came before the start included.</summary>
    public long FedThrough { get; set; } = -1;

    /// <summary>When it was last asked, as a timestamp.</summary>
    public long AskedAt { get; set; }

    /// <summary>The settings it was last asked with.</summary>
    public ScalingSettings Settings { get; private set; } = new();

    /// <summary>How long replicas take to start, as far as was seen.</summary>
    public TimeSpan Startup
    {
        get
        {
            lock (_gate) return _startups.Expected;
        }
    }

    /// <summary>Known steps it has learned from.</summary>
    public int Known
    {
        get
        {
            lock (_gate) return _known;
        }
    }

    /// <summary>Begins anew: it is to be given its past.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _scaler = new PredictiveScaler(Horizon());
            (_known, _steps, _answer) = (0, 0, null);
        }
    }

    /// <summary>A step that ended.</summary>
    public void Observe(OutlookStep observed)
    {
        lock (_gate)
        {
            _scaler.Observe(observed.Demand, observed.IsTypical);
            _steps++;
            if (double.IsFinite(observed.Demand)) _known++;
            if (!observed.IsTypical || !(observed.Replicas > 0)) return;
            var load = observed.Demand / observed.Replicas;
            _cpu.Observe(load, observed.Cpu / observed.Replicas);
            if (Settings.LatencyTarget is { } target && double.IsFinite(observed.Latency)) _learned?.Observe(load, observed.Latency <= target.TotalSeconds);

            // The prices are learned from what they would have done at every step.
            if (Capacity() is { } capacity && _known >= Enough) _scaler.Decide(Situation(capacity, (int)observed.Replicas, []), Settings.ServiceLevel);
        }
    }

    /// <summary>What the forecast asks for now; or why there is none.</summary>
    public (ForecastEstimate? Forecast, string NoForecast) Ask(ScalingInput input)
    {
        lock (_gate)
        {
            Settings = input.Settings;
            Learn(input);
            if (_known < Enough) return (null, string.Create(CultureInfo.InvariantCulture, $"The forecast is still learning: {_known} of {Enough} steps of {step.TotalSeconds:0} s are known."));
            if (Capacity() is not { } capacity) return (null, "There is no forecast: what a replica serves is not known; give requestsPerSecond a target, or cpu one and wait until requests were measured.");

            var (ready, starting) = Supply(input);
            var key = new Answer(_steps, ready, string.Join(',', starting.Select(Steps)), capacity, input.Settings.Min, input.Settings.Max, input.Settings.ServiceLevel, default!);
            if (_answer is { } known && known with { Estimate = default! } == key) return (known.Estimate, "");
            var decision = _scaler.Decide(Situation(capacity, ready, starting), input.Settings.ServiceLevel);
            var estimate = new ForecastEstimate
            {
                Replicas = decision.Wanted,
                Demand = decision.Forecast,
                Quantile = decision.Quantile,
                Level = decision.QuantileLevel,
                Capacity = capacity,
                Ahead = step * decision.MinutesAhead,
                StartUp = _startups.Expected,
                IdleIfAsExpected = decision.CostIfTooMany,
                AtRiskWithOneFewer = Math.Min(1, decision.LossIfOneFewer),
                Confidence = decision.Confidence,
            };
            _answer = key with { Estimate = estimate };
            return (estimate, "");
        }
    }

    /// <summary>Quantiles of the demand at the next steps, requests per second; none before enough was learned.</summary>
    public IReadOnlyList<double[]> Fan(ReadOnlySpan<double> levels)
    {
        List<double[]> fan = [];
        lock (_gate)
        {
            if (_known < Enough) return fan;
            for (var ahead = 1; ahead <= _scaler.Predictor.Horizon; ahead++)
            {
                var values = new double[levels.Length];
                for (var i = 0; i < levels.Length; i++) values[i] = _scaler.Predictor.Quantile(ahead, levels[i]);
                fan.Add(values);
            }
        }

        return fan;
    }

    /// <summary>True: replicas start more slowly than it can look ahead, so it has to begin anew.</summary>
    public bool IsTooShort()
    {
        lock (_gate) return Horizon() > _scaler.Predictor.Horizon;
    }

    private int Horizon() => Math.Clamp(Steps(_startups.Expected) + 1, 3, Longest);

    private int Steps(TimeSpan span) => Math.Max(1, (int)Math.Ceiling((span / step) - 1e-9));

    private void Learn(ScalingInput input)
    {
        foreach (var replica in input.Replicas)
        {
            // One that an experiment slows down counts as seen too.
            if (replica is { Ready: true, ReadyChangedAt: { } ready } && _seen.Add(replica.Id) && input.Disturbance is not { IsExperiment: true }) _startups.Add(ready - replica.StartedAt);
        }

        if (_seen.Count > 1_000) _seen.IntersectWith(input.Replicas.Select(replica => replica.Id));
        var stated = input.Settings.Metrics.FirstOrDefault(metric => metric.Name == MetricNames.RequestsPerSecond)?.Target ?? double.NaN;
        if (stated.Equals(_stated) && _learned is not null) return;
        (_stated, _learned) = (stated, new ReplicaCapacity(stated));
    }

    /// <summary>Requests per second that a replica is planned to serve: as stated, as its cpu target allows, or as its latency allowed; null: not known.</summary>
    private double? Capacity()
    {
        if (Settings.LatencyTarget is not null && _learned is { IsBound: false } learned && learned.Planned > 0) return learned.Planned;
        var byCpu = Settings.Metrics.FirstOrDefault(metric => metric.Name == MetricNames.Cpu) is { } cpu ? _cpu.LoadAt(cpu.Target * (Settings.CpuCores ?? 1)) : double.NaN;
        var planned = double.IsNaN(_stated) ? byCpu : double.IsNaN(byCpu) ? _stated : Math.Min(_stated, byCpu);
        return planned > 0 && double.IsFinite(planned) ? planned : null;
    }

    /// <summary>In steps where the scaler counts minutes.</summary>
    private PredictiveSituation Situation(double capacity, int ready, IReadOnlyList<TimeSpan> starting) => new()
    {
        Ready = ready,
        Starting = [.. starting.Select(left => TimeSpan.FromMinutes(left / step))],
        Capacity = capacity,
        Startup = TimeSpan.FromMinutes(_startups.Expected / step),
        Min = Settings.Min,
        Max = Settings.Max,
    };

    private (int Ready, IReadOnlyList<TimeSpan> Starting) Supply(ScalingInput input)
    {
        var ready = input.Replicas.Count(replica => replica is { Ready: true, Leaving: false, Guest: false });
        var expected = _startups.Expected;
        List<TimeSpan> starting =
        [
            .. input.Replicas.Where(replica => replica is { Ready: false, Leaving: false, Guest: false })
                .Select(replica => expected - (input.Now - replica.StartedAt)).Select(left => left < TimeSpan.Zero ? TimeSpan.Zero : left),
        ];
        return (Math.Min(ready, input.Current), starting);
    }

    private sealed record Answer(long Step, int Ready, string Starting, double Capacity, int Min, int Max, double Level, ForecastEstimate Estimate);
}

/// <summary>What was measured in a step.</summary>
/// <param name="Demand">Requests per second; NaN: not known.</param>
/// <param name="IsTypical">False: it is known to be untypical, and not learned from.</param>
/// <param name="Replicas">Replicas that served; NaN: not known.</param>
/// <param name="Cpu">Cores they used together; NaN: not known.</param>
/// <param name="Latency">The 95th percentile, seconds; NaN: not known.</param>
internal readonly record struct OutlookStep(double Demand, bool IsTypical, double Replicas, double Cpu, double Latency);
