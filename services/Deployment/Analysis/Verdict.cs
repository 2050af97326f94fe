namespace Platform.Deployment.Analysis;

/// <summary>What the judge says.</summary>
public enum VerdictOutcome
{
    /// <summary>Too few requests to tell.</summary>
    Inconclusive,
    /// <summary>Within every limit, as far as can be seen.</summary>
    Pass,
    /// <summary>Beyond at least one limit.</summary>
    Fail,
}

/// <summary>A judgement and what it rests on.</summary>
public sealed record Verdict
{
    /// <summary>Pass, fail, or too little to tell.</summary>
    public required VerdictOutcome Outcome { get; init; }
    /// <summary>The finding with its numbers, for people.</summary>
    public required string Sentence { get; init; }
    /// <summary>Requests of the new revision that were judged.</summary>
    public required long Requests { get; init; }
    /// <summary>Its share of failed requests, 0 to 1.</summary>
    public required double ErrorRate { get; init; }
    /// <summary>Its 95th percentile; zero: not known.</summary>
    public required TimeSpan P95 { get; init; }

    /// <summary>
    /// True: a pass that more requests will hardly change, so a stage may end early. False for judges that cannot tell.
    /// </summary>
    public bool Confident { get; init; }
    /// <summary>What each metric says, most telling first; empty for judges that keep none.</summary>
    public IReadOnlyList<MetricEvidence> Evidence { get; init; } = [];
    /// <summary>What is still needed for a verdict that holds; null: nothing, or no requests come that could give it.</summary>
    public Outlook? Outlook { get; init; }
}

/// <summary>What one metric says at one moment. Kept over time it is the picture of the trial.</summary>
public sealed record MetricEvidence
{
    /// <summary><c>errors</c>, <c>p50</c>, <c>p95</c>, <c>p99</c>, <c>errorLimit</c>, <c>p95Limit</c>, or a name of the judge's own.</summary>
    public required string Metric { get; init; }
    /// <summary>
    /// How much is held against the canary, 0 to 1 and beyond: 1 is where it fails. The statistical judge gives ln(e-value) ÷ ln(1 ÷ budget).
    /// </summary>
    public required double Strength { get; init; }
    /// <summary>The canary's figure: a share of requests (errors, or slower than what the baseline's quantile allows), or the judge's own.</summary>
    public required double Canary { get; init; }
    /// <summary>Lower end of where the canary's figure lies, whenever one looks; NaN: the judge gives none.</summary>
    public double CanaryLow { get; init; } = double.NaN;
    /// <summary>Upper end of it.</summary>
    public double CanaryHigh { get; init; } = double.NaN;
    /// <summary>The baseline's figure, or the limit.</summary>
    public required double Baseline { get; init; }
    /// <summary>The finding in words.</summary>
    public string Sentence { get; init; } = "";
    /// <summary>Where an added metric's readings come from; empty: it is the judge's own.</summary>
    public string Source { get; init; } = "";
}

/// <summary>What is still needed.</summary>
/// <param name="Toward">What the trial leads to at present.</param>
/// <param name="Requests">Requests of the canary still needed, at the present rates.</param>
/// <param name="ExpectedAt">When they will have come, UTC.</param>
public sealed record Outlook(VerdictOutcome Toward, long Requests, DateTimeOffset ExpectedAt);

/// <summary>What a revision did over some time.</summary>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Errors">Those of them that failed.</param>
/// <param name="P95">95th percentile of the latency.</param>
public sealed record RevisionSummary(long Requests, long Errors, TimeSpan P95)
{
    /// <summary>No request.</summary>
    public static RevisionSummary None { get; } = new(0, 0, TimeSpan.Zero);

    /// <summary>Share of failed requests, 0 to 1.</summary>
    public double ErrorRate => Requests == 0 ? 0 : (double)Errors / Requests;
}
