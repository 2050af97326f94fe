using System.Globalization;
using Platform.Autoscaler.RightSizing;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Cost;

/// <summary>Everything that an application's cost is told from.</summary>
internal sealed record CostInput
{
    public required string Application { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>Oldest first; the last may be the one under way.</summary>
    public required IReadOnlyList<HourFigures> Hours { get; init; }

    public required ScalingSettings Settings { get; init; }

    public required CapacityBasis Capacity { get; init; }

    public required SizeRecommendation Size { get; init; }

    public required Prices Prices { get; init; }

    /// <summary>Replicas that run now.</summary>
    public required int Running { get; init; }
}

/// <summary>What an application costs, now and in a month, what of it was for nothing, and what would cost less. Pure.</summary>
internal static class CostAnalysis
{
    private const double SecondsAnHour = 3600, HoursAMonth = 720, HoursAWeek = 168, HoursADay = 24;

    public static CostReport Of(CostInput input)
    {
        var price = input.Prices.PerReplicaHour(input.Settings.CpuCores, input.Settings.MemoryBytes);
        var replicaHours = input.Hours.Sum(hour => hour.Running) / SecondsAnHour;
        var lastDay = input.Hours.Where(hour => hour.Hour >= input.Now - TimeSpan.FromHours(HoursADay)).Sum(hour => hour.Running) / SecondsAnHour;
        var month = Month(input.Hours, price);
        return new CostReport
        {
            Application = input.Application,
            Currency = input.Prices.Currency,
            PerReplicaHour = price,
            Size = SizeText.Of(input.Settings.CpuCores, input.Settings.MemoryBytes, input.Prices),
            Now = new SpendNow(input.Running, input.Running * price),
            Past = new SpendPast(input.Hours.Count > 0 ? input.Hours[0].Hour : null, input.Hours.Sum(hour => hour.Seconds) / SecondsAnHour, replicaHours, replicaHours * price, lastDay * price),
            Month = month,
            Waste = WasteOf(input, price, month),
            Savings = month is null ? [] : Savings.All(input.Hours, input.Settings, input.Prices, input.Size, month.ReplicaHours),
            Comparison = ShadowComparison.Of(input.Hours, price, input.Capacity),
            NotKnown = [.. NotKnown(input)],
        };
    }

    /// <summary>The next 30 days as the past was: by the hour of the week with two weeks known, of the day with two days, else the average.</summary>
    internal static SpendForecast? Month(IReadOnlyList<HourFigures> hours, double price)
    {
        var known = hours.Where(hour => hour.Seconds > 0).ToList();
        if (known.Count == 0) return null;
        var days = known.Sum(hour => hour.Seconds) / SecondsAnHour / HoursADay;
        var (mean, basis) =
            days >= 14 && Profile(known, hour => ((int)hour.Hour.UtcDateTime.DayOfWeek * 24) + hour.Hour.UtcDateTime.Hour, (int)HoursAWeek) is { } byWeek ? (byWeek, $"each hour of the week as in the last {days:0} days")
            : days >= 2 && Profile(known, hour => hour.Hour.UtcDateTime.Hour, (int)HoursADay) is { } byDay ? (byDay, $"each hour of the day as in the last {days:0.#} days")
            : (known.Sum(hour => hour.Running) / known.Sum(hour => hour.Seconds), string.Create(CultureInfo.InvariantCulture, $"the average of {days * HoursADay:0.##} measured hours: too few to know busy hours from quiet ones"));
        return new SpendForecast(mean * HoursAMonth, mean * HoursAMonth * price, basis);
    }

    /// <summary>The mean over all slots of each slot's mean, so that a slot seen more often does not count more; null: a slot was never seen.</summary>
    private static double? Profile(List<HourFigures> hours, Func<HourFigures, int> slot, int slots)
    {
        var means = hours.GroupBy(slot).Select(group => group.Sum(hour => hour.Running) / group.Sum(hour => hour.Seconds)).ToList();
        return means.Count == slots ? means.Average() : null;
    }

    private static Waste? WasteOf(CostInput input, double price, SpendForecast? month)
    {
        var ran = input.Hours.Sum(hour => hour.RunningThen);
        if (input.Hours.Sum(hour => hour.NeedKnown) <= 0 || month is null) return null;
        var idle = Math.Max(ran - input.Hours.Sum(hour => hour.Needed), 0);
        var share = ran > 0 ? idle / ran : 0;
        return new Waste(idle / SecondsAnHour, share, input.Hours.Sum(hour => hour.IdleByMinimum) / SecondsAnHour, share * month.ReplicaHours * price, input.Capacity.Source);
    }

    private static IEnumerable<string> NotKnown(CostInput input)
    {
        yield return "Anything but replicas: traffic, storage, licences.";
        if (input.Settings.CpuCores is null || input.Settings.MemoryBytes is null)
        {
            var missing = input.Settings.CpuCores is null && input.Settings.MemoryBytes is null ? "cores and memory" : input.Settings.CpuCores is null ? "cores" : "memory";
            yield return $"The size of a replica: its manifest reserves no {missing} (resources), so Cost:AssumedCpu and Cost:AssumedMemoryGib stand in.";
        }

        if (!input.Capacity.IsKnown) yield return $"How many replicas the demand needs: the capacity of one is {input.Capacity.Source}.";
        if (input.Hours.Where(hour => hour.Seconds > 0).Sum(hour => hour.Seconds) < Savings.LeastDays * HoursADay * SecondsAnHour) yield return $"What a schedule or a commitment would save: that takes {Savings.LeastDays} days of hours.";
        if (input.Settings.Metrics.Count == 0) yield return "How a HorizontalPodAutoscaler would do: the manifest names no metric that it could scale by.";
    }
}
