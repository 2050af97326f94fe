namespace Platform.Benchmarks.Judge;

/// <summary>What must hold of the lines that were measured.</summary>
internal static class JudgePromises
{
    private const double MostFalseAborts = 1;

    public static IReadOnlyList<BenchPromise> Of(IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        var promises = new List<BenchPromise>();
        var falsely = rows.Where(r => (string)r["subject"]! == "ours" && r.GetValueOrDefault("falseAbortsPercent") is double).Select(r => (double)r["falseAbortsPercent"]!).ToList();
        if (falsely.Count > 0) promises.Add(new($"false aborts at most {MostFalseAborts} % on every line (highest: {falsely.Max():0.##} %)", falsely.Max() <= MostFalseAborts));
        foreach (var scenario in new[] { "b1", "c50" })
        {
            var line = rows.Where(r => (string)r["scenario"]! == scenario && r.GetValueOrDefault("requestsPerSecond") is 100.0 && r.GetValueOrDefault("weightPercent") is 5.0).ToList();
            if (line.Count == 0) continue;
            var ours = Median(line.First(r => (string)r["subject"]! == "ours"));
            promises.Add(new(
                $"{scenario} at 100 requests/s and 5 %: faster in the median than every peer ({string.Join(", ", line.Select(r => $"{r["subject"]} {(double.IsInfinity(Median(r)) ? "never" : $"{Median(r):0} s")}"))})",
                line.Where(r => (string)r["subject"]! != "ours").All(r => Median(r) > ours)));
        }

        return promises;
    }

    /// <summary>A judge that misses more than half has no median: it is later than every other.</summary>
    private static double Median(IReadOnlyDictionary<string, object?> row) => row.GetValueOrDefault("medianDetectionSeconds") as double? ?? double.PositiveInfinity;
}
