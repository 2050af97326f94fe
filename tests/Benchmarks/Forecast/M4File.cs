using System.Globalization;

namespace Platform.Benchmarks.Forecast;

/// <summary>
/// A file of the M4 competition: a header, then a line per series: its id and its values, quoted or not. Trailing empty cells pad the
/// shorter series; an empty or <c>NA</c> cell between values is a missing one.
/// </summary>
internal static class M4File
{
    public static IReadOnlyList<(string Id, double[] Values)> Read(string path)
    {
        if (!File.Exists(path)) throw new BenchUsageException($"there is no file '{path}'.");
        var series = new List<(string, double[])>();
        var lines = File.ReadAllLines(path);
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) continue;
            var cells = lines[i].Split(',').Select(cell => cell.Trim('"', ' ', '\r')).ToArray();
            var count = cells.Length;
            while (count > 1 && cells[count - 1] is "" or "NA") count--;
            var values = new double[count - 1];
            for (var c = 1; c < count; c++) values[c - 1] = Value(path, i + 1, c + 1, cells[c]);
            series.Add((cells[0], values));
        }

        if (series.Count == 0) throw new BenchUsageException($"'{path}' has no series: expected a header, then a line per series.");
        return series;
    }

    private static double Value(string path, int line, int cell, string text)
    {
        if (text is "" or "NA" or "NaN") return double.NaN;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BenchUsageException($"'{path}' line {line}, cell {cell}: expected a number, found '{text}'.");
    }
}
