namespace Platform.Benchmarks.Autoscale;

/// <summary>
/// How good a run was. The elasticity figures are those of the SPEC RG Cloud Group (Herbst et al., "Ready for rain?", 2016), each over the minutes judged.
/// </summary>
internal sealed record ScalingScore
{
    /// <summary>Replica-minutes ÷ the replica-minutes that the demand needed.</summary>
    public required double Cost { get; init; }

    /// <summary>Requests over capacity, percent of all.</summary>
    public required double Violations { get; init; }

    /// <summary>Replicas missing ÷ demand, mean, percent.</summary>
    public required double UnderAccuracy { get; init; }

    /// <summary>Replicas too many ÷ demand, mean, percent.</summary>
    public required double OverAccuracy { get; init; }

    /// <summary>Minutes with too few, percent.</summary>
    public required double UnderTime { get; init; }

    /// <summary>Minutes with too many, percent.</summary>
    public required double OverTime { get; init; }

    /// <summary>Minutes in which the supply moves and the demand does not move the same way, percent.</summary>
    public required double Instability { get; init; }

    /// <summary>Changes of the wanted number.</summary>
    public required int Decisions { get; init; }

    /// <param name="ready">Replicas that served, by minute.</param>
    /// <param name="wanted">Decisions, by minute.</param>
    /// <param name="trace">What was demanded; minutes that nobody knows are not judged.</param>
    /// <param name="world">Capacity.</param>
    /// <param name="from">The first minute judged.</param>
    public static ScalingScore Of(int[] ready, int[] wanted, DemandTrace trace, World world, int from)
    {
        double supply = 0, needed = 0, requests = 0, lost = 0, under = 0, over = 0;
        int minutes = 0, underMinutes = 0, overMinutes = 0, unstable = 0, decisions = 0;
        for (var t = from; t < ready.Length; t++)
        {
            if (t > 0 && wanted[t] != wanted[t - 1]) decisions++;
            if (!double.IsFinite(trace.Requests[t])) continue;
            var demand = world.Demand(trace.Requests[t]);
            minutes++;
            supply += ready[t];
            needed += demand;
            requests += trace.Requests[t];
            lost += Math.Max(0, trace.Requests[t] - (ready[t] * world.Capacity));
            under += Math.Max(0.0, demand - ready[t]) / demand;
            over += Math.Max(0.0, ready[t] - demand) / demand;
            if (ready[t] < demand) underMinutes++;
            if (ready[t] > demand) overMinutes++;
            if (t > 0 && double.IsFinite(trace.Requests[t - 1]))
            {
                var moved = Math.Sign(ready[t] - ready[t - 1]);
                if (moved != 0 && moved != Math.Sign(demand - world.Demand(trace.Requests[t - 1]))) unstable++;
            }
        }

        return new ScalingScore
        {
            Cost = supply / Math.Max(1, needed),
            Violations = 100 * lost / Math.Max(1, requests),
            UnderAccuracy = 100 * under / Math.Max(1, minutes),
            OverAccuracy = 100 * over / Math.Max(1, minutes),
            UnderTime = 100.0 * underMinutes / Math.Max(1, minutes),
            OverTime = 100.0 * overMinutes / Math.Max(1, minutes),
            Instability = 100.0 * unstable / Math.Max(1, minutes),
            Decisions = decisions,
        };
    }
}
