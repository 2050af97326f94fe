namespace Platform.Workloads.Units;

/// <summary>CPU as people write it: cores <c>0.5</c> or millicores <c>500m</c>.</summary>
public static class CpuAmounts
{
    /// <summary>What an amount looks like, for error messages.</summary>
    public const string Expected = "CPU cores such as 0.5, 2 or 500m";

    /// <summary>Reads one, in cores. Not negative, at most 1,024.</summary>
    public static bool TryParse(string? text, out double cores)
    {
        cores = 0;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > 40) return false;
        var milli = text.EndsWith('m');
        if (!Numbers.TryParse(milli ? text.AsSpan(0, text.Length - 1) : text, out cores)) return false;
        if (milli) cores /= 1000;
        return cores <= 1024;
    }

    /// <summary>In cores.</summary>
    public static string Format(double cores) => Numbers.Format(cores);
}
