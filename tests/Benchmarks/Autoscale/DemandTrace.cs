using System.Globalization;

namespace Platform.Benchmarks.Autoscale;

/// <summary>Requests per minute, one value a minute; NaN: nobody knows (a gap in the log).</summary>
/// <param name="Requests">By minute.</param>
internal sealed record DemandTrace(double[] Requests)
{
    public double Peak => Requests.Where(double.IsFinite).DefaultIfEmpty(0).Max();

    /// <summary>
    /// Reads a CSV with a header and one row per minute. What makes a value missing is named by <see cref="TraceFormat"/>; where a column
    /// <c>timestamp</c> holds dates, minutes that were left out become missing ones.
    /// </summary>
    public static DemandTrace Read(string file, TraceFormat format)
    {
        using var lines = new StreamReader(file);
        var header = (lines.ReadLine() ?? throw new BenchUsageException($"--trace: '{file}' is empty.")).Split(',');
        var value = Column(header, format.Column, "--column");
        var (segment, flag, time) = (Array.IndexOf(header, "segment"), Array.IndexOf(header, "flag"), Array.IndexOf(header, "timestamp"));
        if (format.Segment.Length > 0 && segment < 0) throw new BenchUsageException($"--segment: '{file}' has no column 'segment'.");

        var requests = new List<double>();
        DateTime? last = null;
        for (var number = 2; lines.ReadLine() is { } line; number++)
        {
            if (line.Length == 0) continue;
            var cells = line.Split(',');
            if (format.Segment.Length > 0 && cells[segment] != format.Segment) continue;
            var read = Cell(cells, value);
            if (read.Length > 0 && !double.TryParse(read, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                throw new BenchUsageException($"--trace: line {number} of '{file}': expected a number in column '{format.Column}', found '{read}'.");
            }

            if (DateTime.TryParse(Cell(cells, time), CultureInfo.InvariantCulture, out var at) && Cell(cells, time).Contains('-'))
            {
                var skipped = last is { } before ? (int)Math.Round((at - before) / format.Step) - 1 : 0;
                for (var i = 0; i < skipped * format.MinutesPerRow; i++) requests.Add(double.NaN);
                last = at;
            }

            var known = read.Length > 0 && Cell(cells, flag) != "missing";
            for (var i = 0; i < format.MinutesPerRow; i++) requests.Add(known ? double.Parse(read, CultureInfo.InvariantCulture) : double.NaN);
        }

        return new DemandTrace([.. requests]);
    }

    private static string Cell(string[] cells, int column) => column >= 0 && column < cells.Length ? cells[column].Trim() : "";

    private static int Column(string[] header, string name, string option) => Array.IndexOf(header, name) is >= 0 and var index
        ? index
        : throw new BenchUsageException($"{option}: there is no column '{name}'; the file has {string.Join(", ", header)}.");
}

/// <summary>How a trace's file is meant.</summary>
/// <param name="Column">The column with the demand.</param>
/// <param name="Segment">Only rows whose column <c>segment</c> is this; empty: all.</param>
/// <param name="MinutesPerRow">A row stands for this many minutes, each with its value: demand is a rate.</param>
internal sealed record TraceFormat(string Column, string Segment = "", int MinutesPerRow = 1)
{
    public TimeSpan Step => TimeSpan.FromMinutes(MinutesPerRow);
}
