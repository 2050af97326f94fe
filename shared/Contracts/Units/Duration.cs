using System.Globalization;
using System.Text;

namespace Platform.Contracts.Units;

/// <summary>
/// Durations as people write them: <c>5m</c>, <c>1m30s</c>, <c>1.5s</c>, <c>500ms</c>, <c>2d</c>, <c>0</c>, or <c>hh:mm:ss</c>.
/// Units, from large to small, each at most once: d, h, m, s, ms, us.
/// </summary>
public static class Duration
{
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
    ];

    private static readonly string[] Clocks = [@"h\:mm\:ss", @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF"];

    /// <summary>What a problem report says was expected.</summary>
    public const string Expected = "a duration such as 5m, 1m30s, 500ms or 00:05:00";

    /// <summary>Reads a duration; never negative. False, and zero, for anything else.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 40) return false;
        text = text.Trim();
        if (text == "0") return true;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParseExact(text, Clocks, CultureInfo.InvariantCulture, out value) || Failed(out value);
        }

        var ticks = 0m;
        var nextUnit = 0;
        for (var at = 0; at < text.Length;)
        {
            var digits = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
            var letters = at;
            while (at < text.Length && char.IsAsciiLetterLower(text[at])) at++;
            var unit = Array.FindIndex(Units, nextUnit, u => text.AsSpan(letters, at - letters).SequenceEqual(u.Name));
            if (unit < 0 || letters == digits || letters - digits > 15) return Failed(out value);
            if (!decimal.TryParse(text.AsSpan(digits, letters - digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return Failed(out value);
            }

            ticks += number * Units[unit].Ticks;
            nextUnit = unit + 1;
        }

        if (ticks > TimeSpan.MaxValue.Ticks) return Failed(out value);
        value = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back: <c>1m30s</c>. Precise to the microsecond.</summary>
    public static string Format(TimeSpan value)
    {
        if (value < TimeSpan.Zero) return "-" + Format(value.Duration());
        var ticks = value.Ticks;
        var text = new StringBuilder();
        foreach (var (name, unit) in Units)
        {
            var count = ticks / unit;
            if (count > 0) text.Append(count).Append(name);
            ticks -= count * unit;
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static bool Failed(out TimeSpan value)
    {
        value = TimeSpan.Zero;
        return false;
    }
}
