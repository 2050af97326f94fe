namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>Kayenta's outlier rule: Tukey's fences, widened to the 1st and 99th percentile so that a long tail is not cut off.</summary>
internal static class Outliers
{
    public static double[] Remove(double[] values, double factor)
    {
        if (values.Length == 0) return values;
        var sorted = values.Order().ToArray();
        var (q1, q3) = (Percentile(sorted, 25), Percentile(sorted, 75));
        var low = Math.Min(Percentile(sorted, 1), q1 - factor * (q3 - q1));
        var high = Math.Max(Percentile(sorted, 99), q3 + factor * (q3 - q1));
        return Array.FindAll(values, v => v >= low && v <= high);
    }

    /// <summary>The percentile at position p(n + 1), between neighbours by proportion (Hyndman and Fan's type 6).</summary>
    internal static double Percentile(double[] sorted, double percent)
    {
        var position = percent / 100 * (sorted.Length + 1);
        if (position < 1) return sorted[0];
        if (position >= sorted.Length) return sorted[^1];
        var below = (int)Math.Floor(position);
        return sorted[below - 1] + (position - below) * (sorted[below] - sorted[below - 1]);
    }
}
