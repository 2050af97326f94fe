using System.Globalization;
using System.Text;
using Platform.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Platform.CommandLine.Rendering;

/// <summary>Draws what the judge knew over time: how much is held against the new revision, and each metric as it stands now.</summary>
internal static class EvidenceChart
{
    private const int Width = 60;
    private const int Height = 6;
    private const int SparkWidth = 16;
    private const string Bars = " ▁▂▃▄▅▆▇█";

    public static IRenderable Of(RolloutView rollout, IReadOnlyList<EvidenceView> points, DateTimeOffset now)
    {
        var parts = new List<IRenderable> { new Text(RolloutText.Head(rollout)) };
        parts.AddRange(RolloutLadder.Lines(rollout, now).Select(line => new Text(line)));
        if (points.Count == 0)
        {
            parts.Add(new Text("  Nothing was judged yet: evidence comes with the first requests that reach the new revision."));
            return new Rows(parts);
        }

        if (points.Any(p => p.Metrics.Count > 0))
        {
            parts.Add(new Text(""));
            parts.AddRange(Strength(points).Select(line => new Text(line)));
            parts.Add(new Text(""));
            parts.Add(Metrics(points));
        }
        else
        {
            parts.Add(Plain(points));
        }

        return new Rows(parts);
    }

    /// <summary>
    /// The strongest evidence over time: a line per eighth of the scale, the line of 1 where the rollout is given up, and below it the
    /// share of the traffic. Pure.
    /// </summary>
    public static IReadOnlyList<string> Strength(IReadOnlyList<EvidenceView> points)
    {
        var columns = Columns(points);
        var top = Math.Max(1.2, columns.Max(p => Strongest(p)) * 1.05);
        var abort = (int)Math.Ceiling(1 / top * Height) - 1;
        var lines = new List<string>();
        for (var row = Height - 1; row >= 0; row--)
        {
            var text = new StringBuilder(row == abort ? "  1 = abort " : row == 0 ? "          0 " : "            ");
            foreach (var point in columns)
            {
                var filled = Math.Clamp((Strongest(point) / top * Height) - row, 0, 1);
                var bar = Bars[(int)Math.Round(filled * (Bars.Length - 1))];
                text.Append(bar != ' ' ? bar : row == abort ? '┄' : row == 0 ? '▁' : ' ');
            }

            lines.Add(text.ToString());
        }

        lines.Add("            " + Shares(columns));
        lines.Add($"            {Clock(points[0].At)}{Clock(points[^1].At).PadLeft(Math.Max(9, columns.Count - 8))}  (share of the traffic, time)");
        return lines;
    }

    private static double Strongest(EvidenceView point) => point.Metrics.Count == 0 ? 0 : point.Metrics.Max(m => m.Strength);

    /// <summary>At most <see cref="Width"/> points; each column keeps the strongest of those it stands for.</summary>
    private static List<EvidenceView> Columns(IReadOnlyList<EvidenceView> points)
    {
        var count = Math.Min(Width, points.Count);
        return [.. Enumerable.Range(0, count).Select(i => points.Skip(i * points.Count / count).Take(Math.Max(1, ((i + 1) * points.Count / count) - (i * points.Count / count))).MaxBy(Strongest)!)];
    }

    /// <summary>Where each step began, if there is room to say so.</summary>
    private static string Shares(List<EvidenceView> columns)
    {
        var text = new StringBuilder();
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0 && columns[i].Weight == columns[i - 1].Weight) continue;
            if (i > 0 && text.Length >= i) continue;
            text.Append(' ', i - text.Length).Append(CultureInfo.InvariantCulture, $"|{columns[i].Weight} %");
        }

        return text.ToString();
    }

    private static Table Metrics(IReadOnlyList<EvidenceView> points)
    {
        var table = Tables.Plain().AddColumns("METRIC", "OVER TIME", "NOW", "NEW REVISION", "BESIDE", "FINDING");
        foreach (var metric in points[^1].Metrics)
        {
            var strengths = points.Select(p => p.Metrics.FirstOrDefault(m => m.Metric == metric.Metric)?.Strength ?? 0).ToList();
            table.AddRow(
                new Text(metric.Metric),
                new Text(Sparkline.Of(strengths, SparkWidth, atLeast: 1)),
                new Text(metric.Strength.ToString("0.00", CultureInfo.InvariantCulture) + (metric.Strength >= 1 ? " ✗" : "")),
                new Text(Figure(metric)),
                new Text(Share(metric.Baseline, metric.Source)),
                new Text(metric.Source is null ? metric.Sentence : $"{metric.Sentence} ({metric.Source})"));
        }

        return table;
    }

    /// <summary>A judge that keeps no evidence still says something.</summary>
    private static Table Plain(IReadOnlyList<EvidenceView> points)
    {
        var table = Tables.Plain().AddColumns("AT", "SHARE", "OUTCOME", "REQUESTS", "ERRORS", "P95", "FINDING");
        var told = points.Where((p, i) => i == points.Count - 1 || i == 0 || p.Outcome != points[i - 1].Outcome || p.Step != points[i - 1].Step);
        foreach (var point in told)
        {
            table.AddRow(
                new Text(Clock(point.At)), new Text($"{point.Weight} %"), new Text(point.Outcome), new Text(point.Requests.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(Share(point.ErrorRate)), new Text(point.P95 > TimeSpan.Zero ? Durations.Short(point.P95) : "–"), new Text(point.Sentence));
        }

        return table;
    }

    private static string Figure(MetricEvidenceView metric) => metric is { CanaryLow: { } low, CanaryHigh: { } high }
        ? $"{Share(metric.Canary)} [{Share(low)} – {Share(high)}]"
        : Share(metric.Canary, metric.Source);

    /// <summary>Statistical figures are shares of requests; other judges', and those of the manifest's metrics, may be anything.</summary>
    private static string Share(double? figure, string? source = null) => figure switch
    {
        null => "–",
        _ when source is not null => string.Create(CultureInfo.InvariantCulture, $"{figure:0.####}"),
        <= 1 and >= 0 => string.Create(CultureInfo.InvariantCulture, $"{figure * 100:0.##} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{figure:0.##}"),
    };

    private static string Clock(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
