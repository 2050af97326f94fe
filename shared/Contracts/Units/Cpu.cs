namespace Platform.Contracts.Units;

/// <summary>CPU as people write it: cores <c>0.5</c> or millicores <c>500m</c>.</summary>
public static class Cpu
{
    /// <summary>What a problem report says was expected.</summary>
    public const string Expected = "CPU cores such as 0.5, 2 or 500m";

    /// <summary>The most that is taken: 1,024 cores.</summary>
    public const double Most = 1024;

    /// <summary>Reads an amount, in cores; never negative, at most <see cref="Most"/>. False, and zero, for anything else.</summary>
    public static bool TryParse(string? text, out double cores)
    {
        cores = 0;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 40) return false;
        var number = text.AsSpan().Trim();
        var milli = number.EndsWith("m");
        if (!PlainNumber.TryParse(milli ? number[..^1] : number, out var read)) return false;
        if (milli) read /= 1000;
        if (read > Most) return false;
        cores = read;
        return true;
    }

    /// <summary>In cores, as <see cref="TryParse"/> reads it back.</summary>
    public static string Format(double cores) => PlainNumber.Format(cores);
}
