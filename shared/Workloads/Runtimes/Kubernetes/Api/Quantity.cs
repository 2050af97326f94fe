using System.Globalization;

namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>Amounts as the API writes them: <c>250m</c>, <c>12Mi</c>, <c>1340917n</c>, <c>1e3</c>.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, double Factor)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
    ];

    /// <returns>Null: it is none.</returns>
    public static double? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var (number, factor) = (text, 1.0);
        foreach (var (suffix, unit) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            (number, factor) = (text[..^suffix.Length], unit);
            break;
        }

        return double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) ? value * factor : null;
    }
}
