using FsCheck;
using FsCheck.Fluent;
using Platform.Contracts.Metrics;
using Platform.Deployment.Analysis;
using Platform.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Deployment.Tests.Analysis;

public sealed class ThresholdJudgeTests
{
    private static readonly AnalysisLimits Limits = new() { ErrorRate = 0.05, P95 = TimeSpan.FromSeconds(1), MinRequests = 20 };

    [Theory]
    [InlineData(0, 0, "Inconclusive")]
    [InlineData(19, 1, "Inconclusive")]
    [InlineData(19, 10, "Fail")]
    [InlineData(20, 1, "Pass")]
    [InlineData(100, 6, "Fail")]
    public void Judge_ErrorRate_AgainstTheLimit(long requests, long errors, string expected) =>
        Assert.Equal(expected, ThresholdJudge.Judge(Limits, new RevisionSummary(requests, errors, TimeSpan.FromMilliseconds(20)), RevisionSummary.None).Outcome.ToString());

    [Theory]
    [InlineData(1100, 20, "Fail")]
    [InlineData(900, 800, "Pass")]
    [InlineData(900, 100, "Fail")]
    [InlineData(170, 80, "Pass")]
    [InlineData(4, 1, "Pass")]
    public void Judge_P95_AgainstTheLimitAndTheOldRevision(int canary, int baseline, string expected) =>
        Assert.Equal(expected, ThresholdJudge.Judge(
            Limits, new RevisionSummary(100, 0, TimeSpan.FromMilliseconds(canary)), new RevisionSummary(1000, 0, TimeSpan.FromMilliseconds(baseline))).Outcome.ToString());

    [Fact]
    public void Judge_MoreErrorsThanBefore_FailsBelowTheAbsoluteLimit()
    {
        var verdict = ThresholdJudge.Judge(Limits, new RevisionSummary(1000, 40, TimeSpan.Zero), new RevisionSummary(1000, 1, TimeSpan.Zero));

        Assert.Equal(VerdictOutcome.Fail, verdict.Outcome);
        Assert.Contains("above the old revision's", verdict.Sentence);
    }

    [Fact]
    public void More_errors_never_make_a_verdict_better()
    {
        var cases =
            from requests in Gen.Choose(0, 500)
            from errors in Gen.Choose(0, 500)
            select (Requests: requests, Errors: Math.Min(requests, errors));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var verdict = Judge(c.Requests, c.Errors);
            return c.Errors == c.Requests || verdict != VerdictOutcome.Fail || Judge(c.Requests, c.Errors + 1) == VerdictOutcome.Fail;
        }));

        static VerdictOutcome Judge(int requests, int errors) => ThresholdJudge.Judge(Limits, new RevisionSummary(requests, errors, TimeSpan.Zero), RevisionSummary.None).Outcome;
    }

    [Fact]
    public void Sum_WholeAndReplicas_CountsTheWholeOnce_AndOnlyWhatCameAfter()
    {
        var metrics = new RevisionMetrics(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var second in Enumerable.Range(0, 10)) metrics.Add(Batch(now.AddSeconds(second)));

        var sum = metrics.Sum("shop", "v1", now.AddSeconds(4))!.Baseline;

        Assert.Equal((50, 5), (sum.Requests, sum.Errors));
        Assert.InRange(sum.Latencies!.Quantile(0.95), 0.098, 0.102);
    }

    [Theory]
    [InlineData(new[] { 0.5, 0.5, 0.5, 0.1, 0.1, 0.1 }, 100)] // cold at first: not counted
    [InlineData(new[] { 0.1, 0.1, 0.1, 0.5, 0.1, 0.1, 0.1 }, 100)] // a hiccup that has passed
    [InlineData(new[] { 0.1, 0.1, 0.1, 0.5, 0.5, 0.5 }, 500)] // slow, and still slow
    [InlineData(new[] { 0.5, 0.5 }, 0)] // not settled yet
    public void Trial_Latency_CountsWhereItLasts(double[] seconds, int expected)
    {
        var metrics = new RevisionMetrics(TimeProvider.System);
        var shift = TimeProvider.System.GetUtcNow();
        for (var second = 0; second < seconds.Length; second++) metrics.Add(Batch(shift.AddSeconds(second + 1), seconds[second]));
        var trial = new ThresholdJudge().Begin(Limits with { ErrorRate = 0.5, Settle = TimeSpan.FromSeconds(3) });

        foreach (var (_, interval) in metrics.After("shop", canary: "v1", baseline: "v0", after: 0, shift)) trial.Add(interval);

        Assert.InRange(trial.Verdict.P95.TotalMilliseconds, expected * 0.98, expected * 1.02);
        Assert.Equal(10L * seconds.Length, trial.Verdict.Requests);
    }

    [Fact]
    public void After_ReportByReport_GivesEachOnceHoweverLateItCame()
    {
        var metrics = new RevisionMetrics(TimeProvider.System);
        var start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        foreach (var second in (int[])[1, 2, 4]) metrics.Add(Batch(start.AddSeconds(second)));
        var first = metrics.After("shop", "v2", "v1", after: 0, start);
        foreach (var second in (int[])[3, 5]) metrics.Add(Batch(start.AddSeconds(second)));
        var late = metrics.After("shop", "v2", "v1", first[^1].Number, start);

        Assert.Equal([1, 2, 4, 3, 5], first.Concat(late).Select(r => (int)(r.Interval.At - start).TotalSeconds));
        Assert.All(first, r => Assert.Equal((0, 10, 1, 10), (r.Interval.Canary.Requests, r.Interval.Baseline.Requests, r.Interval.Baseline.Errors, r.Interval.Baseline.Latencies!.Count)));
    }

    [Fact]
    public void RevisionMetrics_CountsCopiesOfOtherRevisionsRequests_AsTheRevisionsOwn()
    {
        var metrics = new RevisionMetrics(TimeProvider.System);
        var start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var latency = new LatencyHistogram();
        latency.Record(0.2, 8);
        var batch = Batch(start.AddSeconds(1));

        metrics.Add(batch with
        {
            Samples =
            [
                .. batch.Samples,
                new MetricSample(MetricNames.MirroredRequests, "v2", "c", 8), new MetricSample(MetricNames.MirroredErrors, "v2", "c", 3), new MetricSample(MetricNames.MirroredLatency, "v2", "c", 8, latency),
                new MetricSample(MetricNames.Requests, "v2", "c", 2), new MetricSample(MetricNames.Errors, "v2", "c", 1),
            ],
        });

        var interval = metrics.After("shop", "v2", "v1", after: 0, start).Single().Interval;
        Assert.Equal((10, 4, 8), (interval.Canary.Requests, interval.Canary.Errors, interval.Canary.Latencies!.Count));
        Assert.Equal((10, 1, 10), (interval.Baseline.Requests, interval.Baseline.Errors, interval.Baseline.Latencies!.Count));
    }

    [Fact]
    public void Trial_IntervalByInterval_JudgesWhatTheSumsWouldBeJudged()
    {
        var trial = new ThresholdJudge().Begin(Limits);
        var start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        for (var second = 1; second <= 10; second++)
            trial.Add(new AnalysisInterval { At = start.AddSeconds(second), Length = TimeSpan.FromSeconds(1), Canary = new RevisionCounts(5, second > 7 ? 1 : 0), Baseline = RevisionCounts.None });

        Assert.Equal(ThresholdJudge.Judge(Limits, new RevisionSummary(50, 3, TimeSpan.Zero), RevisionSummary.None), trial.Verdict);
        Assert.Equal(VerdictOutcome.Fail, trial.Verdict.Outcome);
    }

    private static MetricBatch Batch(DateTimeOffset at, double latencySeconds = 0.1)
    {
        var latency = new LatencyHistogram();
        latency.Record(latencySeconds, 10);
        return new MetricBatch
        {
            Source = "gateway",
            Application = "shop",
            At = at,
            Interval = TimeSpan.FromSeconds(1),
            Samples =
            [
                new MetricSample(MetricNames.Requests, "v1", "", 10), new MetricSample(MetricNames.Requests, "v1", "a", 6), new MetricSample(MetricNames.Requests, "v1", "b", 4),
                new MetricSample(MetricNames.Errors, "v1", "a", 1), new MetricSample(MetricNames.Latency, "v1", "", 10, latency),
            ],
        };
    }
}
