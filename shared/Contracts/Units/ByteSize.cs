using System.Globalization;

namespace Platform.Contracts.Units;

/// <summary>Byte sizes as Kubernetes writes them: <c>256Mi</c>, <c>1Gi</c>, <c>500M</c>, <c>1048576</c>.</summary>
public static class ByteSize
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("Ti", 1L << 40), ("Gi", 1L << 30), ("Mi", 1L << 20), ("Ki", 1L << 10),
        ("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000), ("", 1),
    ];

    /// <summary>What a problem report says was expected.</summary>
    public const string Expected = "a size such as 256Mi, 1Gi or 1048576 (bytes)";

    /// <summary>Reads a size in bytes; never negative. False, and zero, for anything else.</summary>
    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 30) return false;
        text = text.Trim();
        foreach (var (name, unit) in Units)
        {
            if (!text.EndsWith(name, StringComparison.Ordinal)) continue;
            if (!decimal.TryParse(text.AsSpan(0, text.Length - name.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            if (number > long.MaxValue / unit) return false;
            bytes = (long)(number * unit);
            return true;
        }

        return false;
    }

    /// <summary>The shortest exact text: <c>256Mi</c>, or the bytes where no binary unit divides them.</summary>
    public static string Format(long bytes)
    {
        foreach (var (name, unit) in Units.AsSpan(0, 4))
        {
            if (bytes >= unit && bytes % unit == 0) return (bytes / unit).ToString(CultureInfo.InvariantCulture) + name;
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
