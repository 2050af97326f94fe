using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Workloads.Manifests;

/// <summary>How far a PromQL query looks back, as far as its text says so.</summary>
internal static partial class Ranges
{
    /// <summary>The longest <c>[5m]</c> in it; null: there is none.</summary>
    /// <param name="query">The query.</param>
    /// <param name="interval">What <c>[{{interval}}]</c> stands for.</param>
    public static TimeSpan? Longest(string query, TimeSpan interval)
    {
        var ranges = Pattern().Matches(query).Select(m => m.Groups["span"].Value.Contains('{') ? interval : Span(m.Groups["span"].Value)).ToList();
        return ranges.Count == 0 ? null : ranges.Max();
    }

    private static TimeSpan Span(string text)
    {
        var milliseconds = 0.0;
        foreach (Match part in Part().Matches(text))
            milliseconds += double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * Milliseconds(part.Groups[2].Value);
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, 1e13));
    }

    private static double Milliseconds(string unit) => unit switch
    {
        "ms" => 1,
        "s" => 1e3,
        "m" => 60e3,
        "h" => 3600e3,
        "d" => 86_400e3,
        "w" => 7 * 86_400e3,
        _ => 365 * 86_400e3,
    };

    [GeneratedRegex(@"\[\s*(?<span>\{\{\s*interval\s*\}\}|([0-9]{1,9}(ms|[smhdwy]))+)\s*(\]|:)")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"([0-9]+)(ms|[smhdwy])")]
    private static partial Regex Part();
}
