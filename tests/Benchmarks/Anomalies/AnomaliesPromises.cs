namespace Platform.Benchmarks.Anomalies;

/// <summary>What the detector must reach: the published figures of ARTime, the best of the benchmark's list, on the same series.</summary>
internal static class AnomaliesPromises
{
    private static readonly (int Windows, string Series, (string Profile, double Score)[] Published)[] ArTime =
    [
        (116, "the whole corpus", [("standard", 74.9), ("reward_low_FP_rate", 65.1), ("reward_low_FN_rate", 80.4)]),
        (69, "these four folders", [("standard", 75.8), ("reward_low_FP_rate", 65.8), ("reward_low_FN_rate", 81.5)]),
    ];

    public static IReadOnlyList<BenchPromise> Of(IReadOnlyList<IReadOnlyDictionary<string, object?>> rows, double mostMicroseconds)
    {
        var ours = rows[0];
        var promises = new List<BenchPromise>
        {
            new($"at most {mostMicroseconds} µs per point", ours["microsecondsPerPoint"] is double microseconds && microseconds <= mostMicroseconds),
        };
        foreach (var (_, series, published) in ArTime.Where(known => known.Windows.Equals(ours["windows"])))
        {
            promises.AddRange(published.Where(p => ours.ContainsKey(p.Profile)).Select(p =>
                new BenchPromise($"{p.Profile}: above ARTime's {p.Score} on {series}", ours[p.Profile] is double score && score > p.Score)));
        }

        return promises;
    }
}
