namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// Simpler plans beside the weighed one: a steady reserve, added or multiplied, above the last demand (as an HPA's target is), the same minute of
/// yesterday, the pattern of the last days carried to now, the forecast's median, and the higher of demand and pattern. Each is replayed on the
/// application's own past (prediction with expert advice: Cesa-Bianchi and Lugosi, 2006). One takes over where it lost as little more cheaply.
/// </summary>
internal sealed class ReserveCompetition(int season)
{
    private const int Days = 7;
    private const double OlderDay = 0.7;
    private static readonly string[] Points = ["the last minutes' demand", "yesterday's demand at that minute", "the pattern of the last days", "the forecast", "demand and the pattern of the last days"];
    private readonly ReserveReplay[] _replays = [.. Points.SelectMany(_ => new[] { new ReserveReplay(multiplied: false), new ReserveReplay(multiplied: true) })];

    /// <summary>Counts the minute that ended, and takes the next points.</summary>
    /// <param name="demand">Its demand; NaN: not known, or not to be learned from.</param>
    /// <param name="predictor">Its present forecasts.</param>
    /// <param name="world">Capacity, start-up and limits.</param>
    /// <param name="keep">Share of the record that is kept per minute.</param>
    public void Step(double demand, DemandPredictor predictor, in ReplayWorld world, double keep)
    {
        var (history, ahead) = (predictor.History, world.Startup + 1);
        var now = history.Ago(0);
        var yesterday = history.Ago(season - ahead);
        var pattern = Pattern(history, now, ahead);
        ReadOnlySpan<double> points = [now, double.IsNaN(yesterday) ? now : yesterday, pattern, predictor.Quantile(ahead, 0.5), Math.Max(now, pattern)];
        for (var i = 0; i < _replays.Length; i++) _replays[i].Step(demand, points[i / 2], predictor.Mean, world, keep);
    }

    /// <summary>The cheapest that lost no larger a share and cost less than the limit; null: none.</summary>
    public ReservePlan? Cheapest(double lostShare, double limit)
    {
        ReservePlan? best = null;
        for (var i = 0; i < _replays.Length; i++)
        {
            var (reserve, cost) = _replays[i].For(lostShare);
            if (cost < (best?.Cost ?? limit)) best = Plan(i, reserve, cost);
        }

        return best;
    }

    /// <summary>The cheapest that holds so many times what its worst minute on record needed; null: nothing is on record.</summary>
    public ReservePlan? AgainstTheWorst(double times)
    {
        ReservePlan? best = null;
        for (var i = 0; i < _replays.Length; i++)
        {
            var (reserve, cost) = _replays[i].ForWorst(times);
            if (cost < (best?.Cost ?? double.PositiveInfinity)) best = Plan(i, reserve, cost);
        }

        return best;
    }

    private ReservePlan Plan(int index, double reserve, double cost) =>
        new(Points[index / 2], reserve, _replays[index].IsMultiplied, _replays[index].Planned(reserve), cost);

    /// <summary>How the same minutes of earlier days went on, minute by minute, from the last two.</summary>
    private double Pattern(DemandHistory history, double now, int ahead)
    {
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        for (var day = 1; day <= Days; day++, weight *= OlderDay)
        {
            var growth = history.Ago((season * (long)day) - ahead) - LastTwo(history, season * (long)day);
            if (double.IsNaN(growth)) continue;
            sum += weight * growth;
            weights += weight;
        }

        return weights > 0 ? Math.Max(0, LastTwo(history, 0) + (sum / weights)) : now;
    }

    private static double LastTwo(DemandHistory history, long ago)
    {
        var (last, before) = (history.Ago(ago), history.Ago(ago + 1));
        return double.IsNaN(before) ? last : (last + before) / 2;
    }
}
