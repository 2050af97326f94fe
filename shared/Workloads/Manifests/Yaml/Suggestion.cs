namespace Platform.Workloads.Manifests.Yaml;

/// <summary>"Did you mean": the known name nearest to what was written.</summary>
internal static class Suggestion
{
    /// <summary>The nearest known name, or null when none is near enough to be meant.</summary>
    public static string? For(string written, IEnumerable<string> known)
    {
        if (written.Length is 0 or > 64) return null;
        var best = known
            .Select(name => (Name: name, Distance: Distance(written.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
            .FirstOrDefault(c => c.Distance <= Math.Max(1, Math.Min(written.Length, c.Name.Length) / 3)
                || c.Name.Length >= 3 && written.StartsWith(c.Name, StringComparison.OrdinalIgnoreCase)
                || written.Length >= 3 && c.Name.StartsWith(written, StringComparison.OrdinalIgnoreCase));
        return best.Name;
    }

    /// <summary>Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. O(|a|·|b|).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replaced, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
