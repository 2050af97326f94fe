using System.Globalization;

namespace Platform.Contracts.Units;

/// <summary>Plain decimal numbers: digits and at most one point, no sign, exponent, separator, infinity or hexadecimal.</summary>
public static class PlainNumber
{
    /// <summary>Reads a number; never negative. False for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Reads a whole number; never negative. False for anything else.</summary>
    public static bool TryParseInteger(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Format(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E') ? value.ToString("F99", CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.') : text;
    }
}
