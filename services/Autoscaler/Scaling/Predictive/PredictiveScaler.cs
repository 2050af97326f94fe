using System.Globalization;

namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// Scales one application ahead of its demand. Pure: what it decides depends on what it was given, in that order, and on nothing else, so that a
/// replayed history gives the same decisions. Give it every minute once: <see cref="Observe"/> at the minute's end, then <see cref="Decide"/>.
/// <code>
/// demand ─► DemandPredictor ─► ExpectedUse (what the k-th replica would serve, per minute ahead)
///                                  │                             ┌── service level
///                                  ├─► PriceReplay (what each price would have lost lately) ─► price
///                                  └─► ReplicaValue (is the k-th replica worth its cost at that price?) ─► wanted ─┐
///        ReserveCompetition (a steady reserve that lost as little more cheaply, and the worst on record) ──────────┴─► wanted
/// </code>
/// </summary>
internal sealed class PredictiveScaler
{
    /// <summary>The replays' records fade over 60 days.</summary>
    private const double Keep = 1 - (1 / (60.0 * 1440));

    /// <summary>How much cheaper a steady reserve must have been to take over.</summary>
    private const double ClearlyCheaper = 0.97;

    /// <summary>From this service level on no price tells more: what was worst so far decides, once, twice or three times, a time for each further nine.</summary>
    private const double NearlyAll = 1 - 1e-5;
    private readonly DemandPredictor _predictor;
    private readonly PriceReplay _replay = new(Keep);
    private readonly ReserveCompetition _reserves = new(DemandPredictor.MinutesPerDay);
    private readonly ExpectedUse _use = new();
    private double _latest = double.NaN;
    private bool _filled;
    private ReplayWorld _world;

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
        var world = new ReplayWorld(situation.Capacity, startup, situation.Min, situation.Max);
        if (!_filled || world != _world) Weigh(world);
        var supply = new ReplicaSupply(situation.Ready, [.. situation.Starting.Select(Minutes).Order()]);
        var price = _replay.PriceFor(Math.Min(serviceLevel, NearlyAll));
        var (lost, cost) = _replay.At(price);
        var reserve = _reserves.Cheapest(lost, ClearlyCheaper * cost);
        var wanted = reserve?.Wanted(situation.Capacity, situation.Min, situation.Max)
            ?? ReplicaValue.Wanted(_use, price, startup, supply, situation.Min, situation.Max);
        if (serviceLevel > NearlyAll && Floor(serviceLevel) is { } floor && floor.Wanted(situation.Capacity, situation.Min, situation.Max) is var least && least > wanted)
        {
            (reserve, wanted) = (floor, least);
        }

        return Explain(situation, supply, startup, new Choice(serviceLevel, price, wanted, reserve));
    }

    private ReservePlan? Floor(double serviceLevel) => _reserves.AgainstTheWorst(Math.Log10((1 - NearlyAll) / Math.Max(1e-9, 1 - serviceLevel)));

    private static int Minutes(TimeSpan span) => Math.Max(1, (int)Math.Ceiling(span.TotalMinutes - 1e-9));

    private void Weigh(in ReplayWorld world)
    {
        _use.Fill(_predictor, world.Capacity, world.Startup + 1, world.Most);
        if (!_filled)
        {
            _replay.Step(_latest, _use, world);
            _reserves.Step(_latest, _predictor, world, Keep);
        }

        (_filled, _world) = (true, world);
    }

    private PredictiveDecision Explain(PredictiveSituation situation, ReplicaSupply supply, int startup, Choice choice)
    {
        var ahead = startup + 1;
        var demand = _predictor.At(ahead);
        var median = demand.Quantile(0.5);
        var (wanted, price) = (choice.Wanted, choice.Price);
        var level = 1 - (1 / Math.Max(1.001, price));
        var quantile = choice.Reserve?.Planned ?? demand.Quantile(level);
        var needed = Math.Max(1, Math.Ceiling(median / situation.Capacity));
        var decision = new PredictiveDecision
        {
            Wanted = wanted,
            Current = supply.Total,
            MinutesAhead = ahead,
            Forecast = median,
            Quantile = quantile,
            QuantileLevel = choice.Reserve is null ? level : demand.ProbabilityAtMost(quantile),
            Capacity = situation.Capacity,
            Startup = situation.Startup,
            ServiceLevel = choice.ServiceLevel,
            Price = price,
            CostIfTooMany = Math.Max(0, wanted - needed),
            LossIfOneFewer = wanted < 1 ? 0 : _use[ahead, wanted] / Math.Max(1e-9, median / situation.Capacity),
            Confidence = demand.ProbabilityAtMost(wanted * situation.Capacity),
            TrendTookOver = choice.Reserve is null && _predictor.IsSurging,
            Reserve = choice.Reserve,
            Reason = "",
        };
        return decision with { Reason = Sentence(decision) };
    }

    private static string Sentence(PredictiveDecision d) => string.Create(
        CultureInfo.InvariantCulture,
        $"{d.Wanted} replicas{(d.Wanted == d.Current ? "" : $" instead of {d.Current}")}: in {d.MinutesAhead} min the demand should be {d.Forecast:0.##} and with {d.QuantileLevel:0.#%} certainty at most {d.Quantile:0.##}, a replica serves {d.Capacity:0.##} and takes {d.Startup.TotalSeconds:0} s to start; one replica fewer would put {Math.Min(1, d.LossIfOneFewer):0.##%} of the requests at risk, {d.CostIfTooMany:0} would be idle if it comes as expected{(d.TrendTookOver ? "; demand rises beyond what was predicted, so its trend and earlier surges lead" : "")}{Steady(d.Reserve)}.");

    private static string Steady(ReservePlan? reserve) => reserve is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"; a steady reserve of {reserve.Reserve:0%} of {(reserve.IsMultiplied ? "it" : "the mean demand")} above {reserve.Above} decides, which lost no more here at less cost, or is what the worst minute so far needed");

    private sealed record Choice(double ServiceLevel, double Price, int Wanted, ReservePlan? Reserve);
}
