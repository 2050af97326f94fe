using System.Globalization;
using Platform.Contracts.Units;
using Platform.Deployment.Configuration;

namespace Platform.Deployment.Environments;

/// <summary>Until when an environment is frozen, and why.</summary>
/// <param name="Until">The first moment at which a rollout may begin.</param>
/// <param name="Reason">What the windows in the way say.</param>
internal sealed record Frozen(DateTimeOffset Until, string Reason)
{
    /// <summary>For whoever waits.</summary>
    public override string ToString() => $"frozen until {Until.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC: {Reason}";
}

/// <summary>Whether the windows leave a rollout begin. Pure: the time is passed in.</summary>
internal static class Freeze
{
    /// <summary>Windows that follow one another without a gap are told as one, up to so far ahead.</summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(366);

    /// <summary>The freeze that is in force; null: none is.</summary>
    public static Frozen? At(IReadOnlyList<FreezeWindow> windows, DateTimeOffset now)
    {
        if (windows.Count == 0) return null;
        var until = now;
        var reasons = new List<string>();
        while (until - now < Horizon)
        {
            var (end, reason) = windows.Select(w => (End: EndOf(w, until), w.Reason)).MaxBy(w => w.End ?? DateTimeOffset.MinValue);
            if (end is null || end <= until) break;
            if (!reasons.Contains(reason)) reasons.Add(reason);
            until = end.Value;
        }

        return reasons.Count == 0 ? null : new Frozen(until, string.Join("; ", reasons));
    }

    /// <summary>When the window that holds a moment ends; null: it does not hold it.</summary>
    private static DateTimeOffset? EndOf(FreezeWindow window, DateTimeOffset at)
    {
        if (window is { From: { } from, To: { } to }) return at >= from && at < to ? to : null;
        if (window.Days is not { Count: > 0 } days || !TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone ?? "UTC", out var zone)) return null;
        var begins = TimeOfDay.TryParse(window.Begins ?? "00:00", out var b) ? b : TimeSpan.Zero;
        var ends = TimeOfDay.TryParse(window.Ends ?? "24:00", out var e) ? e : TimeSpan.FromDays(1);
        if (ends <= begins) ends += TimeSpan.FromDays(1);
        var today = TimeZoneInfo.ConvertTime(at, zone).Date;
        DateTimeOffset? latest = null;
        // A window that goes past midnight may have begun yesterday, or, ending at 24:00 past midnight, the day before.
        for (var back = 0; back <= 2; back++)
        {
            var day = today.AddDays(-back);
            if (!days.Contains(day.DayOfWeek)) continue;
            var (first, after) = (Instant(day + begins, zone), Instant(day + ends, zone));
            if (at >= first && at < after && !(latest >= after)) latest = after;
        }

        return latest;
    }

    /// <summary>A wall clock's time as a moment. One that the clock jumps over is the moment of the jump; of one that it shows twice, the first.</summary>
    private static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
