using System.Globalization;
using Platform.CommandLine.Client;

namespace Platform.CommandLine.Rendering;

/// <summary>An event as one line.</summary>
internal static class EventLine
{
    public static string Of(PlatformEvent happened)
    {
        var at = happened.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        return $"{at} {Mark(happened.Severity)} {happened.Type,-21} {happened.Application,-12} {happened.Summary}";
    }

    /// <summary>Never colour alone: severity has a sign of its own.</summary>
    private static char Mark(string severity) => severity switch
    {
        "success" => '✓',
        "warning" => '!',
        "critical" => '✗',
        _ => '·',
    };
}
