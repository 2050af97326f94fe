namespace Platform.Deployment.Analysis;

/// <summary>What the judge says.</summary>
internal enum VerdictOutcome
{
    /// <summary>Too few requests to tell.</summary>
    Inconclusive,
    /// <summary>Within every limit.</summary>
    Pass,
    /// <summary>Beyond at least one limit.</summary>
    Fail,
}

/// <summary>A judgement and what it rests on.</summary>
internal sealed record Verdict
{
    /// <summary>Pass, fail, or too little to tell.</summary>
    public required VerdictOutcome Outcome { get; init; }
    /// <summary>The finding with its numbers, for people.</summary>
    public required string Sentence { get; init; }
    /// <summary>Requests of the new revision that were judged.</summary>
    public required long Requests { get; init; }
    /// <summary>Its share of failed requests, 0 to 1.</summary>
    public required double ErrorRate { get; init; }
    /// <summary>Its 95th percentile.</summary>
    public required TimeSpan P95 { get; init; }
}

/// <summary>What a revision did over some time.</summary>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Errors">Those of them that failed.</param>
/// <param name="P95">95th percentile of the latency.</param>
internal sealed record RevisionSummary(long Requests, long Errors, TimeSpan P95)
{
    /// <summary>No request.</summary>
    public static RevisionSummary None { get; } = new(0, 0, TimeSpan.Zero);

    /// <summary>Share of failed requests, 0 to 1.</summary>
    public double ErrorRate => Requests == 0 ? 0 : (double)Errors / Requests;
}

/// <summary>The limits of <c>rollout.analysis</c>.</summary>
internal sealed record AnalysisLimits
{
    /// <summary>Largest share of failed requests, 0 to 1.</summary>
    public required double ErrorRate { get; init; }
    /// <summary>Largest 95th percentile; null: only compared with the old revision.</summary>
    public TimeSpan? P95 { get; init; }
    /// <summary>Requests needed for a verdict.</summary>
    public required long MinRequests { get; init; }
    /// <summary>The 95th percentile may be this many times the old revision's. 2 by default: below that, noise of a small machine decides.</summary>
    public double P95Ratio { get; init; } = 2;
    /// <summary>A slower 95th percentile counts only beyond this difference: twice ten milliseconds is nobody's regression.</summary>
    public TimeSpan P95Slack { get; init; } = TimeSpan.FromMilliseconds(100);
    /// <summary>The error rate may exceed the old revision's by this share.</summary>
    public double ErrorRateSlack { get; init; } = 0.02;
}
