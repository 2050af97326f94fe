using Platform.Contracts.Anomalies;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Anomalies.Causes;

/// <summary>
/// Ranks what preceded an anomaly by how likely it caused it. The weight of a change is how often its kind moves such a metric (an assumption, in one table)
/// times exp(−lag ÷ 10 min), beside a constant for what is not known; then all weights add up to 1.
/// </summary>
internal static class CauseRanking
{
    /// <summary>What happened earlier than this before the anomaly is not asked.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>An anomaly is seen by the minute, so what caused it may seem to follow it.</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Fading = TimeSpan.FromMinutes(10);

    private const int Most = 5;
    private const double Least = 0.02;
    private const double Unknown = 0.25;

    /// <param name="metric">The anomaly's metric.</param>
    /// <param name="onset">When it was seen first.</param>
    /// <param name="changes">What happened to the application, in any order.</param>
    /// <returns>The likeliest first, at most five.</returns>
    public static IReadOnlyList<AnomalyCause> Rank(string metric, DateTimeOffset onset, IEnumerable<Change> changes)
    {
        var weighed = changes.Select(change => (Change: change, Weight: Weight(metric, onset, change))).Where(pair => pair.Weight > 0).ToList();
        var total = Unknown + weighed.Sum(pair => pair.Weight);
        return
        [
            .. weighed.Select(pair => new AnomalyCause
            {
                Kind = Name(pair.Change.Kind),
                CorrelationId = pair.Change.Id,
                At = pair.Change.Ended < onset ? pair.Change.Ended.Value : pair.Change.At,
                Weight = Math.Round(pair.Weight / total, 3),
                Description = pair.Change.Description,
            })
            .Where(cause => cause.Weight >= Least).OrderByDescending(cause => cause.Weight).ThenByDescending(cause => cause.At).ThenBy(cause => cause.CorrelationId).Take(Most),
        ];
    }

    private static double Weight(string metric, DateTimeOffset onset, Change change)
    {
        if (change.At > onset + Blur) return 0;

        // What lasts acts as long as it does: its age counts from its end.
        var last = change.Kind is ChangeKind.Rollout or ChangeKind.Experiment or ChangeKind.Alert ? change.Ended ?? onset : change.Ended ?? change.At;
        if (onset - change.At > TimeSpan.FromDays(1)) last = change.Ended ?? change.At;
        var lag = last >= onset ? TimeSpan.Zero : onset - last;
        return lag > Window ? 0 : Prior(change.Kind, metric) * Math.Exp(-lag / Fading);
    }

    /// <summary>How readily a change of this kind moves such a metric, 0 to 1.</summary>
    private static double Prior(ChangeKind kind, string metric)
    {
        // Replicas neither make users come nor go: demand changes for other reasons, unless a revision is broken or an experiment cuts it off.
        var demand = metric is MetricNames.Requests or MetricNames.RequestsPerSecond;
        return kind switch
        {
            ChangeKind.Experiment => 1,
            ChangeKind.Rollout or ChangeKind.Rollback => demand ? 0.3 : 0.9,
            ChangeKind.Configuration => demand ? 0.2 : 0.6,
            ChangeKind.Replica => demand ? 0.1 : 0.5,
            ChangeKind.Scaling => demand ? 0.05 : 0.4,
            _ => 0.15,
        };
    }

    private static string Name(ChangeKind kind) => kind.ToString().ToLowerInvariant();
}
