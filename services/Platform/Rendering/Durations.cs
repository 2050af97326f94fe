using System.Globalization;

namespace Platform.CommandLine.Rendering;

/// <summary>Times and lengths of time as people say them.</summary>
internal static class Durations
{
    public static string Short(TimeSpan duration) => duration switch
    {
        { TotalMilliseconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.00} ms"),
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => $"{(int)duration.TotalMinutes}m{duration.Seconds:00}s",
        { TotalDays: < 1 } => $"{(int)duration.TotalHours}h{duration.Minutes:00}m",
        _ => $"{(int)duration.TotalDays}d{duration.Hours}h",
    };

    public static string Milliseconds(double? seconds) =>
        seconds is { } value && double.IsFinite(value) ? string.Create(CultureInfo.InvariantCulture, $"{value * 1000:0.0} ms") : "–";
}
