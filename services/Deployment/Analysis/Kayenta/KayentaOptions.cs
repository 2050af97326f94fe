namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>How Kayenta's judge is set up. The defaults are Spinnaker's where it has any.</summary>
public sealed record KayentaOptions
{
    /// <summary>The metrics: <c>errors</c> (share of failed requests), <c>p50</c>, <c>p95</c>, <c>p99</c> (seconds).</summary>
    public IReadOnlyList<KayentaMetric> Metrics { get; init; } =
    [
        new KayentaMetric { Name = "errors", Group = "errors", Missing = MissingValues.Zero },
        new KayentaMetric { Name = "p50", Group = "latency" },
        new KayentaMetric { Name = "p95", Group = "latency" },
        new KayentaMetric { Name = "p99", Group = "latency" },
    ];

    /// <summary>Weights of the groups, together at most 100; groups not named share what is left.</summary>
    public IReadOnlyDictionary<string, double> GroupWeights { get; init; } = new Dictionary<string, double> { ["errors"] = 50, ["latency"] = 50 };
    /// <summary>A score from here on passes; 95.</summary>
    public double Pass { get; init; } = 95;
    /// <summary>A score below this fails at once; 75. Between the two the trial goes on, and does not pass.</summary>
    public double Marginal { get; init; } = 75;
    /// <summary>Length of a point; 10 s.</summary>
    public TimeSpan Point { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>How often the score is taken; 60 s.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>With the metrics that a trial's limits add to be compared, and their groups' weights: where none are given, all groups weigh alike.</summary>
    public KayentaOptions With(AnalysisLimits limits)
    {
        var added = limits.Metrics.Where(m => m.Comparison is not null).Select(m => new KayentaMetric { Name = m.Name, Group = m.Group, Direction = m.Comparison!.Direction, Critical = m.Critical, AllowedIncrease = 1 + m.Comparison.Tolerance, AllowedDecrease = Math.Max(0, 1 - m.Comparison.Tolerance) }).ToList();
        return added.Count == 0 && limits.GroupWeights.Count == 0 ? this : this with { Metrics = [.. Metrics, .. added], GroupWeights = limits.GroupWeights };
    }
}
