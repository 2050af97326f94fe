using System.Text.RegularExpressions;

namespace Platform.Workloads.Manifests;

/// <summary><c>{{name}}</c> in a text, to be filled in when it is used. Not a language: names only.</summary>
public static partial class Placeholders
{
    /// <summary>The revision that is asked about.</summary>
    public const string Revision = "revision";
    /// <summary>The revision that it is compared with.</summary>
    public const string Baseline = "baseline";
    /// <summary>The application.</summary>
    public const string Application = "application";
    /// <summary>Time from one reading to the next, as <c>30s</c>.</summary>
    public const string Interval = "interval";

    /// <summary>Every name that stands for something.</summary>
    public static IReadOnlyList<string> Known { get; } = [Revision, Baseline, Application, Interval];

    /// <summary>The names in a text, in its order.</summary>
    public static IEnumerable<string> In(string text) => Pattern().Matches(text).Select(m => m.Groups[1].Value);

    /// <summary>The text with every placeholder filled.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">Name → what to put.</param>
    public static string Fill(string text, Func<string, string> value) => Pattern().Replace(text, m => value(m.Groups[1].Value));

    [GeneratedRegex(@"\{\{\s*([^{}\s]*)\s*\}\}")]
    private static partial Regex Pattern();
}
