namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>A score from the classes of the metrics.</summary>
/// <param name="Value">0 to 100.</param>
/// <param name="Classes">Each metric's class, in the order of the options.</param>
/// <param name="HasData">False: no metric has data on both sides, and the score means nothing.</param>
public sealed record KayentaScore(double Value, IReadOnlyList<MetricClass> Classes, bool HasData)
{
    /// <summary>
    /// Share of passes in each group, groups weighted to 100; a group without data gives nothing; a critical metric that fails makes it 0.
    /// </summary>
    public static KayentaScore Of(KayentaOptions options, IReadOnlyList<MetricClass> classes)
    {
        var judged = options.Metrics.Zip(classes).ToList();
        var groups = judged.GroupBy(m => m.First.Group).ToList();
        var unnamed = groups.Count(g => !options.GroupWeights.ContainsKey(g.Key));
        var left = 100 - options.GroupWeights.Values.Sum();
        var score = 0.0;
        foreach (var group in groups)
        {
            var counted = group.Where(m => m.Second != MetricClass.NoData || m.First.MustHaveData).ToList();
            if (counted.Count == 0) continue;
            var weight = options.GroupWeights.TryGetValue(group.Key, out var given) ? given : left / unnamed;
            score += weight * counted.Count(m => m.Second == MetricClass.Pass) / counted.Count;
        }

        var critical = judged.Exists(m => m.First.Critical && (m.Second is MetricClass.High or MetricClass.Low || (m.Second == MetricClass.NoData && m.First.MustHaveData)));
        return new KayentaScore(critical ? 0 : score, classes, judged.Exists(m => m.Second != MetricClass.NoData));
    }
}
