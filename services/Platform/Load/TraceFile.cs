using System.Globalization;

namespace Platform.CommandLine.Load;

/// <summary>What reading a trace gave: the trace, or what is wrong with the file.</summary>
internal sealed record TraceResult(DayTrace? Trace, string? Problem);

/// <summary>Reads per-minute CSV files: one line a minute, with or without a header; the demand is the last numeric column unless one is named.</summary>
internal static class TraceFile
{
    public static TraceResult Parse(string name, IEnumerable<string> lines, string? column)
    {
        var rows = lines.Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#')).Select(Split).ToList();
        if (rows.Count == 0) return Refuse($"{name} has no lines. Expected one line a minute, for example '09:42,281'.");

        var hasHeader = !rows[0].Any(IsNumber);
        var header = hasHeader ? rows[0] : null;
        var data = hasHeader ? rows[1..] : rows;
        if (data.Count == 0) return Refuse($"{name} has a header and no lines after it.");

        int index;
        if (column is not null)
        {
            index = header is null ? -1 : Array.FindIndex(header, cell => string.Equals(cell, column, StringComparison.OrdinalIgnoreCase));
            if (index < 0) return Refuse($"{name} has no column '{column}'. It has: {(header is null ? "no header line" : string.Join(", ", header))}.");
        }
        else
        {
            index = Array.FindLastIndex(data[0], IsNumber);
            if (index < 0) return Refuse($"{name}, line {(hasHeader ? 2 : 1)}: no cell is a number. Expected requests per minute in the last numeric column.");
        }

        var values = new double[data.Count];
        for (var i = 0; i < data.Count; i++)
        {
            var cell = index < data[i].Length ? data[i][index] : "";
            if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !double.IsFinite(values[i]) || values[i] < 0)
                return Refuse($"{name}, line {i + (hasHeader ? 2 : 1)}: '{cell}' in column {index + 1} is not a number of requests, 0 or more.");
        }

        return values.Max() > 0
            ? new TraceResult(new DayTrace(name, TimeSpan.FromMinutes(1), values), null)
            : Refuse($"{name} holds only zeros: there is nothing to replay.");
    }

    private static TraceResult Refuse(string problem) => new(null, problem);

    private static string[] Split(string line) => [.. line.Split(line.Contains(';') ? ';' : line.Contains('\t') ? '\t' : ',').Select(cell => cell.Trim().Trim('"'))];

    private static bool IsNumber(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
