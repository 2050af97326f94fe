using System.Globalization;

namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// Scales one application ahead of its demand. Pure: what it decides depends on what it was given, in that order, and on nothing else, so that a
/// replayed history gives the same decisions. Give it every minute once: <see cref="Observe"/> at the minute's end, then <see cref="Decide"/>.
/// <code>
/// demand ─► DemandPredictor ─► ExpectedUse (what the k-th replica would serve, per minute ahead)
///                                  │                             ┌── service level
///                                  ├─► PriceReplay (what each price would have lost lately) ─► price
///                                  └─► ReplicaValue (is the k-th replica worth its cost at that price?) ─► wanted
/// </code>
/// </summary>
internal sealed class PredictiveScaler
{
    private const double ReplayMemory = 10 * 1440;
    private readonly DemandPredictor _predictor;
    private readonly PriceReplay _replay = new(ReplayMemory);
    private readonly ExpectedUse _use = new();
    private double _latest = double.NaN;
    private bool _filled;
    private (double Capacity, int Startup, int Min, int Max) _world;

    /// <param name="horizon">The furthest minute ahead to predict: the longest start-up in whole minutes, and 1. Longer start-ups are treated as this one.</param>
    public PredictiveScaler(int horizon) => _predictor = new DemandPredictor(horizon);

    /// <summary>The forecasts, for what else wants to look ahead.</summary>
    public DemandPredictor Predictor => _predictor;

    /// <summary>Takes the demand of the minute that ended.</summary>
    /// <param name="demand">Requests per second, or any other unit that the capacity has too; NaN: not known.</param>
    /// <param name="typical">False: the minute is not learned from.</param>
    public void Observe(double demand, bool typical = true)
    {
        _predictor.Observe(demand, typical);
        _latest = typical && double.IsFinite(demand) && demand >= 0 ? demand : double.NaN;
        _filled = false;
    }

    /// <summary>Decides for the minutes from the next one on. May be asked at several service levels for the same minute.</summary>
    /// <param name="situation">Replicas, capacity, start-up time, limits.</param>
    /// <param name="serviceLevel">Share of the requests to be served within capacity, in (0, 1).</param>
    public PredictiveDecision Decide(PredictiveSituation situation, double serviceLevel)
    {
        var startup = Math.Clamp((int)Math.Ceiling(situation.Startup.TotalMinutes - 1e-9), 0, _predictor.Horizon - 1);
        var world = (situation.Capacity, startup, situation.Min, situation.Max);
        if (!_filled || world != _world) Weigh(world);
        var supply = new ReplicaSupply(situation.Ready, [.. situation.Starting.Select(Minutes).Order()]);
        var price = _replay.PriceFor(serviceLevel);
        var wanted = ReplicaValue.Wanted(_use, price, startup, supply, situation.Min, situation.Max);
        return Explain(situation, supply, startup, serviceLevel, price, wanted);
    }

    private static int Minutes(TimeSpan span) => Math.Max(1, (int)Math.Ceiling(span.TotalMinutes - 1e-9));

    private void Weigh((double Capacity, int Startup, int Min, int Max) world)
    {
        _use.Fill(_predictor, world.Capacity, world.Startup + 1, world.Max);
        if (!_filled) _replay.Step(_latest, world.Capacity, _use, world.Startup, world.Min, world.Max);
        (_filled, _world) = (true, world);
    }

    private PredictiveDecision Explain(PredictiveSituation situation, ReplicaSupply supply, int startup, double serviceLevel, double price, int wanted)
    {
        var ahead = startup + 1;
        var demand = _predictor.At(ahead);
        var median = demand.Quantile(0.5);
        var level = 1 - (1 / Math.Max(1.001, price));
        var needed = Math.Max(1, Math.Ceiling(median / situation.Capacity));
        var decision = new PredictiveDecision
        {
            Wanted = wanted,
            Current = supply.Total,
            MinutesAhead = ahead,
            Forecast = median,
            Quantile = demand.Quantile(level),
            QuantileLevel = level,
            Capacity = situation.Capacity,
            Startup = situation.Startup,
            ServiceLevel = serviceLevel,
            Price = price,
            CostIfTooMany = Math.Max(0, wanted - needed),
            LossIfOneFewer = wanted < 1 ? 0 : _use[ahead, wanted] / Math.Max(1e-9, median / situation.Capacity),
            Confidence = demand.ProbabilityAtMost(wanted * situation.Capacity),
            TrendTookOver = _predictor.IsSurging,
            Reason = "",
        };
        return decision with { Reason = Sentence(decision) };
    }

    private static string Sentence(PredictiveDecision d) => string.Create(
        CultureInfo.InvariantCulture,
        $"{d.Wanted} replicas{(d.Wanted == d.Current ? "" : $" instead of {d.Current}")}: in {d.MinutesAhead} min the demand should be {d.Forecast:0.##} and with {d.QuantileLevel:0.#%} certainty at most {d.Quantile:0.##}, a replica serves {d.Capacity:0.##} and takes {d.Startup.TotalSeconds:0} s to start; one replica fewer would put {Math.Min(1, d.LossIfOneFewer):0.##%} of the requests at risk, {d.CostIfTooMany:0} would be idle if it comes as expected{(d.TrendTookOver ? "; demand rises beyond what was predicted, so its trend and earlier surges lead" : "")}.");
}
