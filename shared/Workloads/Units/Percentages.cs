namespace Platform.Workloads.Units;

/// <summary>Shares as people write them: <c>5%</c> or <c>0.05</c>.</summary>
public static class Percentages
{
    /// <summary>What a share looks like, for error messages.</summary>
    public const string Expected = "a percentage such as 5% or 0.05";

    /// <summary>Reads one; <paramref name="share"/> is 1 for 100 %. Not negative; whoever asks checks the upper end.</summary>
    public static bool TryParse(string? text, out double share)
    {
        share = 0;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > 40) return false;
        if (!text.EndsWith('%')) return Numbers.TryParse(text, out share);
        if (!Numbers.TryParse(text.AsSpan(0, text.Length - 1).TrimEnd(), out var percent)) return false;
        share = percent / 100;
        return true;
    }

    /// <summary>With a percent sign.</summary>
    public static string Format(double share) => Numbers.Format(Math.Round(share * 100, 12)) + "%";
}
