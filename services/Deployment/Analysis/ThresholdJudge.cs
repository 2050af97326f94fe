using Platform.Deployment.Analysis.Added;

namespace Platform.Deployment.Analysis;

/// <summary>
/// Judges a new revision by fixed thresholds: absolute limits on error rate and 95th percentile, and the same two beside the
/// old revision's. Pure. It says nothing before <see cref="AnalysisLimits.MinRequests"/>, with one exception: when so many
/// have failed already that the limit is broken even if the rest of them succeeds.
/// </summary>
public sealed class ThresholdJudge : ICanaryJudge
{
    /// <inheritdoc />
    public string Name => "threshold";

    /// <inheritdoc />
    public ICanaryTrial Begin(AnalysisLimits limits) => MeasuredTrial.Of(new ThresholdTrial(limits), limits, comparisonIsLimit: true);

    /// <summary>Judges <paramref name="canary"/>.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="canary">What the new revision did since it serves.</param>
    /// <param name="baseline">What the old revision did before; fewer requests than the minimum: not compared with.</param>
    public static Verdict Judge(AnalysisLimits limits, RevisionSummary canary, RevisionSummary baseline)
    {
        var findings = Findings(limits, canary, baseline).ToList();
        if (canary.Requests < limits.MinRequests)
        {
            var hopeless = canary.Errors > limits.ErrorRate * limits.MinRequests + 1;
            return hopeless
                ? Answer(VerdictOutcome.Fail, canary, $"{canary.Errors} of {canary.Requests} requests failed; the limit is {limits.ErrorRate:P1} of {limits.MinRequests}")
                : Answer(VerdictOutcome.Inconclusive, canary, $"{canary.Requests} of the {limits.MinRequests} requests needed for a verdict, {canary.Errors} failed");
        }

        if (findings.Count > 0) return Answer(VerdictOutcome.Fail, canary, string.Join("; ", findings));
        var beside = baseline.Requests >= limits.MinRequests ? $" (before: {baseline.ErrorRate:P2}, {Known(baseline.P95)})" : "";
        return Answer(
            VerdictOutcome.Pass,
            canary,
            $"{canary.Requests} requests, {canary.ErrorRate:P2} failed, p95 {Known(canary.P95)}{beside}");
    }

    private static IEnumerable<string> Findings(AnalysisLimits limits, RevisionSummary canary, RevisionSummary baseline)
    {
        var compare = baseline.Requests >= limits.MinRequests;
        if (canary.ErrorRate > limits.ErrorRate)
            yield return $"error rate {canary.ErrorRate:P1} of {canary.Requests} requests is above the limit of {limits.ErrorRate:P1}";
        else if (compare && canary.ErrorRate > baseline.ErrorRate + limits.ErrorRateSlack)
            yield return $"error rate {canary.ErrorRate:P1} of {canary.Requests} requests is more than {limits.ErrorRateSlack:P1} above the old revision's {baseline.ErrorRate:P1}";
        if (limits.P95 is { } p95 && canary.P95 > p95)
            yield return $"p95 {Milliseconds(canary.P95)} is above the limit of {Milliseconds(p95)}";
        else if (compare && canary.P95 > baseline.P95 * limits.P95Ratio && canary.P95 > baseline.P95 + limits.P95Slack)
            yield return $"p95 {Milliseconds(canary.P95)} is more than {limits.P95Ratio:0.#} times the old revision's {Milliseconds(baseline.P95)}";
    }

    private static Verdict Answer(VerdictOutcome outcome, RevisionSummary canary, string sentence) => new()
    {
        Outcome = outcome,
        Sentence = sentence,
        Requests = canary.Requests,
        ErrorRate = canary.ErrorRate,
        P95 = canary.P95,
    };

    /// <summary>While the new revision warms up nothing is held against it, and nothing is known.</summary>
    private static string Known(TimeSpan latency) => latency > TimeSpan.Zero ? Milliseconds(latency) : "not known yet";

    private static string Milliseconds(TimeSpan span) => $"{span.TotalMilliseconds:0.#} ms";
}
