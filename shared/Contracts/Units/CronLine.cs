using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Platform.Contracts.Units;

/// <summary>
/// A line of five fields, minute hour day month weekday: numbers, <c>*</c>, ranges <c>1-5</c>, lists <c>1,3</c>, steps <c>*/15</c>. If both day and
/// weekday are restricted, one of the two is enough, as in cron(8).
/// </summary>
public sealed class CronLine
{
    private static readonly (string Name, int From, int To)[] Fields = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7)];
    private readonly ulong[] _allowed;
    private readonly bool _anyDay;
    private readonly bool _anyWeekday;

    private CronLine(ulong[] allowed, bool anyDay, bool anyWeekday) => (_allowed, _anyDay, _anyWeekday) = (allowed, anyDay, anyWeekday);

    /// <summary>Reads a line.</summary>
    /// <param name="text">Up to 200 characters.</param>
    /// <param name="line">The line; null: it is none.</param>
    /// <param name="problem">What was expected in its place; empty: it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronLine? line, out string problem)
    {
        line = null;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length || text.Length > 200)
        {
            problem = "five fields: minute hour day month weekday, as in '0 8 * * 1-5'";
            return false;
        }

        var allowed = new ulong[Fields.Length];
        for (var i = 0; i < Fields.Length; i++)
        {
            if (Read(parts[i], Fields[i].From, Fields[i].To) is { } bits)
            {
                allowed[i] = bits;
                continue;
            }

            problem = $"for the {Fields[i].Name} {Fields[i].From} to {Fields[i].To}, a list, a range or a step, where '{parts[i]}' stands";
            return false;
        }

        // Sunday is 0 and 7.
        if ((allowed[4] & (1UL << 7)) != 0) allowed[4] |= 1;
        line = new CronLine(allowed, parts[2] == "*", parts[4] == "*");
        problem = "";
        return true;
    }

    /// <summary>Whether it names a minute of the wall clock.</summary>
    public bool Matches(DateTime local)
    {
        if (!Has(0, local.Minute) || !Has(1, local.Hour) || !Has(3, local.Month)) return false;
        var (day, weekday) = (Has(2, local.Day), Has(4, (int)local.DayOfWeek));
        return _anyDay || _anyWeekday ? day && weekday : day || weekday;
    }

    private bool Has(int field, int value) => (_allowed[field] & (1UL << value)) != 0;

    private static ulong? Read(string field, int from, int to)
    {
        var bits = 0UL;
        foreach (var item in field.Split(','))
        {
            var slash = item.IndexOf('/', StringComparison.Ordinal);
            var (range, step) = (slash < 0 ? item : item[..slash], 1);
            if (slash >= 0 && (!Number(item[(slash + 1)..], out step) || step < 1)) return null;
            int first, last;
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            if (range == "*") (first, last) = (from, to);
            else if (dash > 0)
            {
                if (!Number(range[..dash], out first) || !Number(range[(dash + 1)..], out last)) return null;
            }
            else if (!Number(range, out first)) return null;
            else last = slash < 0 ? first : to;

            if (first < from || last > to || first > last) return null;
            for (var value = first; value <= last; value += step) bits |= 1UL << value;
        }

        return bits;
    }

    private static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 60;
}
