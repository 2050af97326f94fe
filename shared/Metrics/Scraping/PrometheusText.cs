using System.Globalization;

namespace Platform.Metrics.Scraping;

/// <summary>One line of an exposition.</summary>
/// <param name="Name">The metric's name, with its suffix (<c>_total</c>, <c>_sum</c>, …).</param>
/// <param name="Labels">What stood between the braces, as written; empty: nothing.</param>
/// <param name="IsCounter">It only grows, except when its process starts again.</param>
/// <param name="Value">The value.</param>
internal readonly record struct ScrapedSample(string Name, string Labels, bool IsCounter, double Value);

/// <summary>A page read.</summary>
internal sealed record ScrapedPage(IReadOnlyList<ScrapedSample> Samples, int Malformed, bool Truncated);

/// <summary>
/// Reads Prometheus' text format, version 0.0.4, and the lines of OpenMetrics that look alike. Never throws: a line it does not
/// understand is counted and skipped. Buckets and quantiles are left out; a histogram's or summary's sum and count are counters.
/// </summary>
internal static class PrometheusText
{
    private const int LongestName = 256;

    public static ScrapedPage Read(ReadOnlySpan<char> text, int maximumSeries)
    {
        var samples = new List<ScrapedSample>();
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var malformed = 0;
        foreach (var range in text.Split('\n'))
        {
            var line = text[range].Trim();
            if (line.IsEmpty) continue;
            if (line[0] == '#')
            {
                ReadType(line, types);
                continue;
            }

            if (!TryReadSample(line, out var name, out var labels, out var value))
            {
                malformed++;
                continue;
            }

            if (!TryClassify(name, types, out var isCounter)) continue;
            if (samples.Count == maximumSeries) return new ScrapedPage(samples, malformed, Truncated: true);
            samples.Add(new ScrapedSample(name, labels, isCounter, value));
        }

        return new ScrapedPage(samples, malformed, Truncated: false);
    }

    private static void ReadType(ReadOnlySpan<char> line, Dictionary<string, string> types)
    {
        const string Keyword = "TYPE";
        var rest = line[1..].TrimStart();
        if (!rest.StartsWith(Keyword, StringComparison.Ordinal)) return;
        rest = rest[Keyword.Length..].Trim();
        var space = rest.IndexOfAny(' ', '\t');
        if (space > 0 && space <= LongestName && types.Count < 10_000) types[rest[..space].ToString()] = rest[(space + 1)..].Trim().ToString();
    }

    private static bool TryReadSample(ReadOnlySpan<char> line, out string name, out string labels, out double value)
    {
        name = labels = "";
        value = 0;
        var end = 0;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_' or ':')) end++;
        if (end is 0 or > LongestName || char.IsAsciiDigit(line[0])) return false;
        name = line[..end].ToString();

        var rest = line[end..].TrimStart();
        if (!rest.IsEmpty && rest[0] == '{')
        {
            var close = EndOfLabels(rest);
            if (close < 0) return false;
            labels = rest[1..close].ToString();
            rest = rest[(close + 1)..].TrimStart();
        }
        else if (end < line.Length && !char.IsWhiteSpace(line[end]))
        {
            return false;
        }

        var space = rest.IndexOfAny(' ', '\t');
        return TryReadNumber(space < 0 ? rest : rest[..space], out value); // after it, at most a timestamp or an exemplar
    }

    /// <summary>The closing brace, skipping braces inside quoted label values.</summary>
    private static int EndOfLabels(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\') i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (!quoted && text[i] == '}') return i;
        }

        return -1;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out double value)
    {
        value = text switch
        {
            "+Inf" or "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.NaN,
        };
        return !double.IsNaN(value) || text is "NaN" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>False: a part of a distribution that means nothing by itself.</summary>
    private static bool TryClassify(string name, Dictionary<string, string> types, out bool isCounter)
    {
        isCounter = false;
        if (types.TryGetValue(name, out var type))
        {
            isCounter = type == "counter";
            return type is not ("summary" or "histogram"); // under the bare name stand the quantiles
        }

        if (Family("_total") == "counter") isCounter = true; // OpenMetrics declares it without the suffix
        if (Family("_sum") is "histogram" or "summary" || Family("_count") is "histogram" or "summary") isCounter = true;
        return Family("_bucket") is not "histogram";

        string? Family(string suffix) =>
            name.EndsWith(suffix, StringComparison.Ordinal) && types.TryGetValue(name[..^suffix.Length], out var family) ? family : null;
    }
}
