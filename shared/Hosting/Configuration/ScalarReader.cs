using System.Globalization;
using Platform.Contracts.Units;

namespace Platform.Hosting.Configuration;

/// <summary>Reads one value of the kinds that options have, and says what it expects.</summary>
internal static class ScalarReader
{
    public static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(double)
            || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(DateTimeOffset);
    }

    /// <param name="type">The property's type.</param>
    /// <param name="text">What the configuration says.</param>
    /// <param name="value">The value.</param>
    public static bool TryRead(Type type, string text, out object? value)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            value = null;
            return text.Length == 0 || TryRead(underlying, text, out value);
        }

        var read = true;
        value = null;
        if (type == typeof(string)) value = text;
        else if (type == typeof(bool)) value = (read = bool.TryParse(text, out var flag)) ? flag : null;
        else if (type == typeof(int)) value = (read = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) ? number : null;
        else if (type == typeof(long)) value = (read = TryReadLong(text, out var size)) ? size : null;
        else if (type == typeof(double)) value = (read = TryReadDouble(text, out var real)) ? real : null;
        else if (type == typeof(TimeSpan)) value = (read = Duration.TryParse(text, out var duration)) ? duration : null;
        else if (type == typeof(DateTimeOffset)) value = (read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) ? at : null;
        else if (type == typeof(Uri)) value = (read = Uri.TryCreate(text, UriKind.Absolute, out var uri)) ? uri : null;
        else read = !text.Contains(',', StringComparison.Ordinal) && !char.IsAsciiDigit(text.FirstOrDefault()) && Enum.TryParse(type, text, ignoreCase: true, out value);
        return read;
    }

    public static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(int)) return "a whole number";
        if (type == typeof(long)) return "a whole number or " + ByteSize.Expected;
        if (type == typeof(double)) return "a number or " + Percentage.Expected;
        if (type == typeof(TimeSpan)) return Duration.Expected;
        if (type == typeof(DateTimeOffset)) return "a time such as 2026-01-31T12:00:00Z";
        if (type == typeof(Uri)) return "an absolute URI such as http://127.0.0.1:4317";
        return type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type).Select(n => char.ToLowerInvariant(n[0]) + n[1..])) : "text";
    }

    private static bool TryReadLong(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) || ByteSize.TryParse(text, out value);

    private static bool TryReadDouble(string text, out double value) =>
        text.EndsWith('%') ? Percentage.TryParse(text, out value)
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
