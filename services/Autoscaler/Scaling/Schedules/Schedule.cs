using Platform.Contracts.Scaling;
using Platform.Contracts.Units;

namespace Platform.Autoscaler.Scaling.Schedules;

/// <summary>Which limits hold at a time. Pure.</summary>
internal static class Schedule
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>
    /// The settings with the limits of the schedules in force: the highest of their minimums, the lowest of their maximums, never outside of the
    /// settings' own; where two disagree the minimum wins, for too many replicas cost money and too few cost requests.
    /// </summary>
    /// <returns>The settings, and which schedules are in force; null: none.</returns>
    public static (ScalingSettings Settings, string? InForce) Apply(ScalingSettings settings, DateTimeOffset now)
    {
        if (settings.Schedules.Count == 0) return (settings, null);
        var active = settings.Schedules.Where(schedule => IsActive(schedule, now)).ToList();
        if (active.Count == 0) return (settings, null);
        var min = Math.Clamp(active.Max(schedule => schedule.Min) ?? settings.Min, settings.Min, settings.Max);
        var max = Math.Clamp(active.Min(schedule => schedule.Max) ?? settings.Max, min, settings.Max);
        return (settings with { Min = min, Max = max }, string.Join(" and ", active.Select(schedule => schedule.Name)));
    }

    public static bool IsActive(ScalingSchedule schedule, DateTimeOffset now)
    {
        if (now < schedule.From || now >= schedule.To) return false;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out var zone)) return false;
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        return schedule.Cron is { } cron
            ? CronLine.TryParse(cron, out var line, out _) && schedule.For is { } duration && BeganWithin(line, local, duration)
            : IsWithinDay(schedule, local);
    }

    private static bool IsWithinDay(ScalingSchedule schedule, DateTime local)
    {
        var begins = TimeOfDay.TryParse(schedule.Begins ?? "00:00", out var b) ? b : TimeSpan.Zero;
        var ends = TimeOfDay.TryParse(schedule.Ends ?? "24:00", out var e) ? e : TimeSpan.FromDays(1);
        var time = local.TimeOfDay;
        if (ends > begins) return time >= begins && time < ends && IsOn(schedule, local);

        // Over midnight: the second half belongs to the day before.
        return (time >= begins && IsOn(schedule, local)) || (time < ends && IsOn(schedule, local.AddDays(-1)));
    }

    private static bool IsOn(ScalingSchedule schedule, DateTime local) => schedule.Days.Count == 0 || schedule.Days.Contains(local.DayOfWeek);

    private static bool BeganWithin(CronLine line, DateTime local, TimeSpan duration)
    {
        var minute = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0);
        for (var back = 0; back < duration.TotalMinutes; back++)
        {
            if (line.Matches(minute.AddMinutes(-back))) return true;
        }

        return false;
    }
}
