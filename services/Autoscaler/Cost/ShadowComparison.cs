using System.Globalization;

namespace Platform.Autoscaler.Cost;

/// <summary>
/// Ours beside the shadows. Fewer replicas are no saving if more requests find none free: so what counts is the cost of a
/// HorizontalPodAutoscaler at our own share of requests over capacity, interpolated between the shadows. Pure.
/// </summary>
internal static class ShadowComparison
{
    private const double SecondsAnHour = 3600;

    /// <summary>Null: no second was compared.</summary>
    public static Comparison? Of(IReadOnlyList<HourFigures> hours, double perReplicaHour, CapacityBasis capacity)
    {
        var ours = hours.Aggregate(default(Compared), (sum, hour) => sum + hour.Compared);
        if (ours.Seconds <= 0) return null;
        double Share(double over) => ours.Requests > 0 ? over / ours.Requests : 0;
        var frontier = hours.SelectMany(hour => hour.Shadows).GroupBy(shadow => shadow.Factor).OrderBy(group => group.Key)
            .Select(group => new ShadowResult(group.Key, group.Sum(s => s.Wanted) / SecondsAnHour, group.Sum(s => s.OverCapacity), Share(group.Sum(s => s.OverCapacity)))).ToList();
        if (frontier.FirstOrDefault(shadow => shadow.Factor == 1) is not { } own) return null;
        var replicaHours = ours.Wanted / SecondsAnHour;
        var (atLevel, isBracketed) = AtLevel(frontier, Share(ours.OverCapacity));
        var saved = (atLevel - replicaHours) * perReplicaHour;
        return new Comparison
        {
            MeasuredHours = ours.Seconds / SecondsAnHour,
            Capacity = capacity.Source,
            ReplicaHours = replicaHours,
            RequestsOverCapacity = ours.OverCapacity,
            ShareOverCapacity = Share(ours.OverCapacity),
            Hpa = own,
            Frontier = frontier,
            HpaReplicaHoursAtSameLevel = atLevel,
            IsBracketed = isBracketed,
            Saved = saved,
            Sentence = Sentence(replicaHours, ours.OverCapacity, own, atLevel, isBracketed),
        };
    }

    /// <summary>Replica-hours at a share of requests over capacity, on the line between the two shadows around it; beyond them the nearest one's.</summary>
    internal static (double ReplicaHours, bool IsBracketed) AtLevel(IReadOnlyList<ShadowResult> shadows, double share)
    {
        // The cheapest way to each level: a shadow that costs more and lets more through than another is no choice.
        List<ShadowResult> best = [];
        foreach (var shadow in shadows.OrderBy(s => s.ShareOverCapacity).ThenBy(s => s.ReplicaHours))
        {
            if (best.Count == 0 || shadow.ReplicaHours < best[^1].ReplicaHours) best.Add(shadow);
        }

        if (share < best[0].ShareOverCapacity) return (best[0].ReplicaHours, false);
        for (var i = 1; i < best.Count; i++)
        {
            if (share > best[i].ShareOverCapacity) continue;
            var width = best[i].ShareOverCapacity - best[i - 1].ShareOverCapacity;
            var along = width > 0 ? (share - best[i - 1].ShareOverCapacity) / width : 1;
            return (best[i - 1].ReplicaHours + (along * (best[i].ReplicaHours - best[i - 1].ReplicaHours)), true);
        }

        return (best[^1].ReplicaHours, share <= best[^1].ShareOverCapacity);
    }

    private static string Sentence(double ours, double over, ShadowResult own, double atLevel, bool isBracketed)
    {
        var bound = isBracketed ? "" : over < own.RequestsOverCapacity ? " or more (no shadow let so few through)" : " or less (no shadow let so many through)";
        return string.Create(CultureInfo.InvariantCulture,
            $"{ours:0.##} replica-hours with {over:0} requests over capacity, the HPA's shadow {own.ReplicaHours:0.##} with {own.RequestsOverCapacity:0}; at our level an HPA takes {atLevel:0.##}{bound}.");
    }
}
