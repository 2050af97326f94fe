using System.Globalization;
using System.Text;

namespace Platform.Workloads.Units;

/// <summary>Lengths of time as people write them: <c>5m</c>, <c>1m30s</c>, <c>500ms</c>, <c>00:05:00</c>. A bare number needs a unit; only <c>0</c> does not.</summary>
public static class Durations
{
    /// <summary>What a duration looks like, for error messages.</summary>
    public const string Expected = "a duration such as 500ms, 30s, 5m, 1h30m or 00:05:00";

    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

    /// <summary>The longest duration taken: 365 days.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(365);

    /// <summary>Reads one. Never negative, at most <see cref="Longest"/>.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > 40) return false;
        if (text == "0") return true;
        return text.Contains(':') ? TryParseClock(text, out duration) : TryParseUnits(text, out duration);
    }

    /// <summary>The shortest way to write it that reads back as the same: <c>1m30s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        if (duration < TimeSpan.Zero || duration.Ticks % TimeSpan.TicksPerMillisecond != 0)
            return duration.ToString("c", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        Append(text, duration.Days, "d");
        Append(text, duration.Hours, "h");
        Append(text, duration.Minutes, "m");
        Append(text, duration.Seconds, "s");
        Append(text, duration.Milliseconds, "ms");
        return text.ToString();
    }

    private static void Append(StringBuilder text, int amount, string unit)
    {
        if (amount != 0) text.Append(amount).Append(unit);
    }

    private static bool TryParseClock(string text, out TimeSpan duration)
    {
        string[] formats = [@"h\:mm\:ss", @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF"];
        return TimeSpan.TryParseExact(text, formats, CultureInfo.InvariantCulture, out duration) && duration <= Longest;
    }

    /// <summary>Amounts with units, each unit at most once and from large to small.</summary>
    private static bool TryParseUnits(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var total = 0.0;
        var previous = double.PositiveInfinity;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(Numbers.DigitsAndPoint);
            if (digits <= 0 || !Numbers.TryParse(rest[..digits], out var amount)) return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Numbers.DigitsAndPoint);
            var unit = letters < 0 ? rest : rest[..letters];
            rest = letters < 0 ? [] : rest[letters..];
            var size = SizeOf(unit);
            if (size == 0 || size >= previous) return false;
            previous = size;
            total += amount * size;
        }

        if (total > Longest.TotalMilliseconds) return false;
        duration = TimeSpan.FromTicks((long)Math.Round(total * TimeSpan.TicksPerMillisecond));
        return true;
    }

    private static double SizeOf(ReadOnlySpan<char> unit)
    {
        foreach (var (name, milliseconds) in Units)
            if (unit.SequenceEqual(name)) return milliseconds;
        return 0;
    }
}
