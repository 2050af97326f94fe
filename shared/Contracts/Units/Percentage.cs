using System.Globalization;

namespace Platform.Contracts.Units;

/// <summary>Shares as people write them: <c>5%</c> or <c>0.05</c>. The value is the fraction: 0.05.</summary>
public static class Percentage
{
    /// <summary>What a problem report says was expected.</summary>
    public const string Expected = "a percentage such as 5% or a fraction such as 0.05";

    /// <summary>Reads a share; never negative, may exceed one. False, and zero, for anything else.</summary>
    public static bool TryParse(string? text, out double fraction)
    {
        fraction = 0;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 30) return false;
        var number = text.AsSpan().Trim();
        var percent = number.EndsWith("%");
        if (percent) number = number[..^1].TrimEnd();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
        fraction = (double)(percent ? value / 100 : value);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it back: <c>5%</c>.</summary>
    public static string Format(double fraction) =>
        ((decimal)fraction * 100).ToString("0.##########", CultureInfo.InvariantCulture) + "%";
}
