using System.Globalization;

namespace Platform.Contracts.Units;

/// <summary>Times of the day as people write them: <c>08:00</c>, from <c>00:00</c> to <c>24:00</c>.</summary>
public static class TimeOfDay
{
    /// <summary>What a problem report says was expected.</summary>
    public const string Expected = "a time of the day such as 08:00, up to 24:00";

    /// <summary>Reads a time of the day, as the time since midnight. False, and zero, for anything else.</summary>
    public static bool TryParse(string? text, out TimeSpan time)
    {
        time = default;
        if (text is not [>= '0' and <= '9', >= '0' and <= '9', ':', >= '0' and <= '5', >= '0' and <= '9']) return false;
        var read = new TimeSpan(int.Parse(text[..2], CultureInfo.InvariantCulture), int.Parse(text[3..], CultureInfo.InvariantCulture), 0);
        if (read > TimeSpan.FromDays(1)) return false;
        time = read;
        return true;
    }
}
