using System.Globalization;
using Platform.Autoscaler.RightSizing;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Cost;

/// <summary>What a schedule would be: fewer replicas at least, at certain hours.</summary>
/// <param name="FromHour">It begins at this hour, UTC.</param>
/// <param name="ToHour">It ends at this hour; not after <paramref name="FromHour"/>: of the next day.</param>
/// <param name="Min">The minimum in it.</param>
/// <param name="ReplicaHoursPerDay">What it saves.</param>
/// <param name="Reason">The figures behind it.</param>
internal sealed record ScheduleAdvice(int FromHour, int ToHour, int Min, double ReplicaHoursPerDay, string Reason);

/// <summary>What to commit to.</summary>
/// <param name="Replicas">Replicas that are on nearly always.</param>
/// <param name="PerMonth">What it saves in 30 days.</param>
/// <param name="Reason">The figures behind it.</param>
internal sealed record CommitmentAdvice(int Replicas, double PerMonth, string Reason);

/// <summary>Ways to pay less, each by itself. Pure.</summary>
internal static class Savings
{
    /// <summary>Fewer days than this do not show what comes every day.</summary>
    public const int LeastDays = 3;

    private const int HoursADay = 24;
    private const double SecondsAnHour = 3600, HoursAMonth = 720;

    /// <summary>An hour measured for less than this share of itself says nothing of the whole.</summary>
    private const double WholeEnough = 0.5;

    /// <summary>
    /// The window of the day in which the minimum could be lower: hours in which no day of those measured needed as many replicas as
    /// the minimum. Null: fewer than three days are known, or no such hour. O(hours + 24²).
    /// </summary>
    public static ScheduleAdvice? Schedule(IReadOnlyList<HourFigures> hours, ScalingSettings settings)
    {
        var usable = hours.Where(IsUsable).ToList();
        var byHour = usable.GroupBy(hour => hour.Hour.UtcDateTime.Hour).ToDictionary(group => group.Key, group => group.ToList());
        if (settings.Min < 1 || byHour.Count < HoursADay || byHour.Values.Any(days => days.Count < LeastDays)) return null;
        var need = new int[HoursADay];
        var held = new double[HoursADay];
        for (var h = 0; h < HoursADay; h++)
        {
            // The most that any day needed, not the average: a schedule must not be what is short of replicas.
            need[h] = (int)byHour[h].Max(hour => hour.MostNeeded);
            held[h] = byHour[h].Average(hour => Math.Min(hour.Running / hour.Seconds, settings.Min));
        }

        var best = Windows(need, held, settings.Min).DefaultIfEmpty().MaxBy(window => window.Saved);
        if (best.Saved <= 0) return null;
        var to = (best.From + best.Length) % HoursADay;
        return new ScheduleAdvice(best.From, to, best.Min, best.Saved, string.Create(CultureInfo.InvariantCulture,
            $"Between {best.From:00}:00 and {to:00}:00 UTC no day of {byHour.Values.Min(days => days.Count)} needed more than {best.Min}; the minimum of {settings.Min} kept {best.Saved:0.#} replica-hours a day that were not needed."));
    }

    /// <summary>
    /// How many replicas to commit to: the number at which reserved and on-demand prices together are least over the hours measured.
    /// Null: fewer than three days are known, or nothing is worth it. O(hours × replicas).
    /// </summary>
    public static CommitmentAdvice? Commitment(IReadOnlyList<HourFigures> hours, Prices prices, double perReplicaHour)
    {
        var running = hours.Where(IsUsable).Select(hour => hour.Running / hour.Seconds).ToList();
        if (running.Count < LeastDays * HoursADay || prices.ReservedShare >= 1) return null;
        double Cost(int committed) => running.Average(replicas => (committed * prices.ReservedShare) + Math.Max(replicas - committed, 0));
        var best = Enumerable.Range(0, (int)Math.Min(Math.Ceiling(running.Max()), 10_000) + 1).MinBy(Cost);
        var saved = (Cost(0) - Cost(best)) * HoursAMonth * perReplicaHour;
        if (best == 0 || saved <= 0) return null;
        var share = running.Count(replicas => replicas >= best - 1e-6) / (double)running.Count;
        return new CommitmentAdvice(best, saved, string.Create(CultureInfo.InvariantCulture,
            $"{best} or more ran in {share * 100:0} % of {running.Count} hours; committed ones cost {prices.ReservedShare * 100:0} % of the price on demand, used or not."));
    }

    /// <summary>All that save something, the largest first.</summary>
    /// <param name="hours">What was measured.</param>
    /// <param name="settings">The scaling settings in force.</param>
    /// <param name="prices">The prices.</param>
    /// <param name="size">What size a replica should have.</param>
    /// <param name="monthlyReplicaHours">Replica-hours of the next 30 days.</param>
    public static IReadOnlyList<Saving> All(IReadOnlyList<HourFigures> hours, ScalingSettings settings, Prices prices, SizeRecommendation size, double monthlyReplicaHours)
    {
        List<Saving> all = [];
        var price = prices.PerReplicaHour(settings.CpuCores, settings.MemoryBytes);
        var right = prices.PerReplicaHour(size.Cpu.Recommended ?? settings.CpuCores, size.Memory.Recommended ?? settings.MemoryBytes);
        if (size.Changes && right < price) all.Add(new Saving("size", (price - right) * monthlyReplicaHours, "Reserve what is used: " + SizeText.Manifest(size), $"{size.Cpu.Reason} {size.Memory.Reason}"));
        if (Schedule(hours, settings) is { } schedule)
        {
            all.Add(new Saving("schedule", schedule.ReplicaHoursPerDay * 30 * price, $"Keep at least {schedule.Min} instead of {settings.Min} from {schedule.FromHour:00}:00 to {schedule.ToHour:00}:00 UTC.", schedule.Reason));
        }

        var committed = Commitment(hours, prices, price);
        if (committed is not null) all.Add(new Saving("commitment", committed.PerMonth, $"Commit to {committed.Replicas} replica(s).", committed.Reason));
        if (Spot(hours, prices, price, committed?.Replicas ?? settings.Min) is { } spot) all.Add(spot);
        return [.. all.Where(saving => saving.PerMonth > 0).OrderByDescending(saving => saving.PerMonth)];
    }

    private static Saving? Spot(IReadOnlyList<HourFigures> hours, Prices prices, double price, int kept)
    {
        var running = hours.Where(IsUsable).Select(hour => hour.Running / hour.Seconds).ToList();
        if (running.Count < LeastDays * HoursADay || prices.SpotShare >= 1) return null;
        var above = running.Average(replicas => Math.Max(replicas - kept, 0));
        return new Saving("spot", above * HoursAMonth * price * (1 - prices.SpotShare), $"Run what goes beyond {kept} replica(s) on capacity that may be taken away.", string.Create(CultureInfo.InvariantCulture,
            $"{above:0.##} replicas on average are beyond it; spot costs {prices.SpotShare * 100:0} % of the price on demand. Only for what survives losing replicas without notice."));
    }

    /// <summary>Every run of neighbouring hours, over midnight too, with the minimum that sufficed in it.</summary>
    private static IEnumerable<(int From, int Length, int Min, double Saved)> Windows(int[] need, double[] held, int min)
    {
        for (var from = 0; from < HoursADay; from++)
        {
            var (most, sum) = (0, 0.0);
            for (var length = 1; length <= HoursADay; length++)
            {
                var hour = (from + length - 1) % HoursADay;
                most = Math.Max(most, need[hour]);
                sum += held[hour];
                if (most >= min) break;

                // The whole day is not a schedule but a lower minimum; what began earlier and is as good has been seen.
                yield return (from, length, most, sum - (most * length));
            }
        }
    }

    private static bool IsUsable(HourFigures hour) => hour.Seconds >= WholeEnough * SecondsAnHour;
}
