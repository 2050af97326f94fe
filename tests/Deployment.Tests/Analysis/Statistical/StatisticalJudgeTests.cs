using Platform.Deployment.Analysis;
using Platform.Deployment.Analysis.Statistical;

namespace Platform.Deployment.Tests.Analysis.Statistical;

public sealed class StatisticalJudgeTests
{
    private static readonly StatisticalJudge Judge = new();

    [Fact]
    public void Looked_at_every_second_it_aborts_at_most_one_in_a_hundred_canaries_that_are_just_within_tolerance()
    {
        const int Rollouts = 2_000;
        var aborted = 0;
        Parallel.For(0, Rollouts, seed =>
        {
            if (Trials.Play(Judge, Trials.Limits, seed, 120, 10, 60, _ => (0.0222, 1.05), _ => (0.02, 1)) is not null) Interlocked.Increment(ref aborted);
        });
        Assert.InRange(aborted, 0, Rollouts / 100);
    }

    [Theory]
    [InlineData("errors", 0.1, 1.0)]
    [InlineData("p50", 0.001, 2.0)]
    public void A_regression_is_found_and_named(string metric, double errorRate, double slowdown)
    {
        var trial = Judge.Begin(Trials.Limits);
        var random = new Random(1);
        for (var second = 0; second < 120 && trial.Verdict.Outcome != VerdictOutcome.Fail; second++)
            trial.Add(Trials.Interval(second, second < 30 ? RevisionCounts.None : Trials.Requests(random, 10, errorRate, slowdown), Trials.Requests(random, 90)));

        var verdict = trial.Verdict;
        Assert.Equal(VerdictOutcome.Fail, verdict.Outcome);
        Assert.Contains(verdict.Evidence.Take(2), e => e.Metric == metric && e.Strength > 0.8 && e.Canary > e.Baseline && e.CanaryLow > 0);
        Assert.Contains("the old revision's", verdict.Sentence);
    }

    [Fact]
    public void What_hits_both_revisions_alike_is_no_evidence()
    {
        (double, double) Day(int second) => second is > 100 and < 130 ? (0.4, 4) : (0.01, 1 + 0.3 * Math.Sin(second / 40.0));
        var unlimited = Trials.Limits with { ErrorRate = 1 };
        Assert.InRange(Enumerable.Range(0, 100).Count(seed => Trials.Play(Judge, unlimited, seed, 300, 5, 45, Day, Day) is not null), 0, 2);
        Assert.InRange(Trials.Play(Judge, Trials.Limits, 1, 300, 5, 45, Day, Day) ?? int.MaxValue, 101, 130); // but the absolute limit counts
    }

    [Fact]
    public void Requests_of_one_moment_that_share_its_fate_decide_nothing()
    {
        // One second in twenty all of the canary's requests are slow, as one in twenty of the baseline's are at any time.
        var aborted = Enumerable.Range(0, 100).Count(seed =>
        {
            var random = new Random(seed);
            var trial = Judge.Begin(Trials.Limits);
            for (var second = -60; second < 300; second++)
            {
                var slow = second >= 0 && random.NextDouble() < 0.05;
                var baseline = Trials.Requests(random, 90);
                baseline.Latencies!.Merge(Trials.Requests(random, 5, 0, 8).Latencies!);
                var outcome = trial.Add(Trials.Interval(second, second < 0 ? RevisionCounts.None : Trials.Requests(random, 20, 0.001, slow ? 8 : 1), baseline));
                if (outcome == VerdictOutcome.Fail) return true;
            }

            return false;
        });
        Assert.InRange(aborted, 0, 2);
    }

    [Fact]
    public void A_warm_up_that_settles_is_forgiven_and_errors_meanwhile_are_not()
    {
        var limits = Trials.Limits with { Settle = TimeSpan.FromSeconds(15) };
        Assert.InRange(Enumerable.Range(0, 100).Count(seed => Trials.Play(Judge, limits, seed, 200, 5, 95, t => (0.001, 1 + 2 * Math.Exp(-t / 10.0))) is not null), 0, 2);
        Assert.InRange(Trials.Play(Judge, limits, 1, 200, 5, 95, _ => (0.5, 1)) ?? int.MaxValue, 1, 14);
    }

    [Fact]
    public void Without_a_baseline_errors_are_held_against_the_limit()
    {
        int? Fails(double rate)
        {
            var random = new Random(1);
            var trial = Judge.Begin(Trials.Limits);
            for (var second = 0; second < 300; second++)
            {
                if (trial.Add(Trials.Interval(second, Trials.Requests(random, 10, rate), RevisionCounts.None)) == VerdictOutcome.Fail) return second;
            }

            return null;
        }

        Assert.InRange(Fails(0.2) ?? int.MaxValue, 1, 20);
        Assert.Null(Fails(0.04));
    }

    [Fact]
    public void Without_a_baseline_beside_it_the_canary_is_compared_with_the_baselines_past()
    {
        int? Fails(double errorRate, double slowdown)
        {
            var random = new Random(2);
            var trial = Judge.Begin(Trials.Limits);
            for (var second = -300; second < 300; second++)
            {
                var requests = Trials.Requests(random, 50, second < 0 ? 0.001 : errorRate, second < 0 ? 1 : slowdown);
                var outcome = trial.Add(Trials.Interval(second, second < 0 ? RevisionCounts.None : requests, second < 0 ? requests : RevisionCounts.None));
                if (outcome == VerdictOutcome.Fail) return second;
            }

            return null;
        }

        Assert.InRange(Fails(0.02, 1) ?? int.MaxValue, 4, 60);
        Assert.InRange(Fails(0.001, 1.5) ?? int.MaxValue, 4, 15);
        Assert.Null(Fails(0.001, 1));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(5, 0)]
    [InlineData(0, 0)]
    public void Too_little_traffic_is_never_a_pass(int canary, int baseline)
    {
        var trial = Judge.Begin(Trials.Limits);
        var random = new Random(1);
        for (var second = 0; second < 200; second++) trial.Add(Trials.Interval(second, Trials.Requests(random, second < 3 ? canary : 0), Trials.Requests(random, baseline)));

        Assert.Equal(VerdictOutcome.Inconclusive, trial.Verdict.Outcome);
        Assert.False(trial.Verdict.Confident);
        Assert.All(trial.Verdict.Evidence, e => Assert.True(double.IsFinite(e.Strength) && double.IsFinite(e.Canary) && double.IsFinite(e.CanaryHigh)));
    }

    [Fact]
    public void The_outlook_names_the_requests_and_the_time_that_a_confident_pass_then_takes()
    {
        var trial = Judge.Begin(Trials.Limits);
        var random = new Random(3);
        for (var second = -60; second < 20; second++) trial.Add(Trials.Interval(second, second < 0 ? RevisionCounts.None : Trials.Requests(random, 5, 0), Trials.Requests(random, 95, 0)));
        var (early, seconds) = (trial.Verdict, 20);
        Assert.Equal((VerdictOutcome.Pass, false), (early.Outcome, early.Confident));
        Assert.Equal(VerdictOutcome.Pass, early.Outlook!.Toward);

        for (; !trial.Verdict.Confident && seconds < 1000; seconds++) trial.Add(Trials.Interval(seconds, Trials.Requests(random, 5, 0), Trials.Requests(random, 95, 0)));
        Assert.InRange((early.Outlook.ExpectedAt - Trials.Start).TotalSeconds, 0.5 * seconds, 1.5 * seconds);
        Assert.InRange(early.Outlook.Requests, 0.5 * 5 * (seconds - 20), 1.7 * 5 * (seconds - 20));
    }

    [Fact]
    public void Swapping_the_revisions_of_a_regression_finds_none() =>
        Assert.Null(Trials.Play(Judge, Trials.Limits, 1, 300, 10, 90, _ => (0.001, 1), _ => (0.05, 1.5)));

    [Fact]
    public void A_trial_that_failed_stays_failed_and_replay_repeats_it()
    {
        var random = new Random(4);
        var intervals = Enumerable.Range(0, 100).Select(second => Trials.Interval(second, Trials.Requests(random, 10, second < 30 ? 0.9 : 0), Trials.Requests(random, 90))).ToList();

        var verdicts = Judges.Replay(Judge, Trials.Limits, intervals).ToList();

        Assert.Equal(VerdictOutcome.Fail, verdicts[^1].Outcome);
        Assert.Equal(verdicts.Select(v => v.Sentence), Judges.Replay(Judge, Trials.Limits, intervals).Select(v => v.Sentence));
        Assert.InRange(verdicts.FindIndex(v => v.Outcome == VerdictOutcome.Fail), 0, 5);
    }

    [Fact]
    public void Longer_intervals_find_the_same_a_little_later()
    {
        static int? At(int length)
        {
            var random = new Random(5);
            var trial = Judge.Begin(Trials.Limits);
            for (var second = -60; second < 600; second += length)
            {
                var outcome = trial.Add(Trials.Interval(second, second < 0 ? RevisionCounts.None : Trials.Requests(random, 5 * length, 0.03), Trials.Requests(random, 95 * length), length));
                if (outcome == VerdictOutcome.Fail) return second + length;
            }

            return null;
        }

        Assert.InRange(At(1) ?? int.MaxValue, 1, 120);
        Assert.InRange(At(10) ?? int.MaxValue, 10, 130);
        Assert.InRange(At(60) ?? int.MaxValue, 60, 180);
    }
}
