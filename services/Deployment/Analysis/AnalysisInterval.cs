using Platform.Metrics;

namespace Platform.Deployment.Analysis;

/// <summary>
/// What two revisions did during the same interval: the unit that every judge is fed, in order of time. Shorter intervals give earlier
/// verdicts (the platform's own are one second long); nothing but the order and the lengths is assumed of them, gaps are allowed.
/// </summary>
public sealed record AnalysisInterval
{
    /// <summary>The interval's end, UTC. Reports of several sources may overtake each other by a little.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Its length, above zero.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>What the new revision did.</summary>
    public required RevisionCounts Canary { get; init; }

    /// <summary>What the old revision did beside it.</summary>
    public required RevisionCounts Baseline { get; init; }

    /// <summary>
    /// How long the canary's youngest replica has served at the interval's end; null (default): as long as the canary has had requests.
    /// A cold replica's latency is judged mildly (<see cref="AnalysisLimits.Settle"/>), its errors are not.
    /// </summary>
    public TimeSpan? CanaryAge { get; init; }
}

/// <summary>What one revision did during an interval.</summary>
/// <param name="Requests">Requests that ended, 0 or more.</param>
/// <param name="Errors">Those of them that failed, 0 to <paramref name="Requests"/>.</param>
/// <param name="Latencies">Their latencies in seconds; null: not measured. Read only, never kept.</param>
public sealed record RevisionCounts(long Requests, long Errors, LatencyHistogram? Latencies = null)
{
    /// <summary>No request.</summary>
    public static RevisionCounts None { get; } = new(0, 0);
}
