using Platform.Deployment.Analysis;
using Platform.Deployment.Analysis.Added;
using Platform.Deployment.Analysis.Kayenta;
using Platform.Deployment.Analysis.Statistical;

namespace Platform.Deployment.Tests.Analysis;

public sealed class AddedMetricTests
{
    private static readonly ICanaryJudge[] AllJudges = [new StatisticalJudge(), new KayentaJudge(), new ThresholdJudge()];

    public static TheoryData<string> Judges => [.. AllJudges.Select(j => j.Name)];

    [Theory]
    [MemberData(nameof(Judges))]
    public void Add_AsManyFailuresAsAreForgiven_DoNotFail_OneMoreDoes(string judge)
    {
        var trial = Begin(judge, new AddedMetric { Name = "queue", Max = 50, FailureLimit = 2 });

        Assert.NotEqual(VerdictOutcome.Fail, trial.Add(Reading(1, 60)));
        Assert.NotEqual(VerdictOutcome.Fail, trial.Add(Reading(2, 10)));
        Assert.NotEqual(VerdictOutcome.Fail, trial.Add(Reading(3, 70)));
        Assert.Equal(VerdictOutcome.Fail, trial.Add(Reading(4, 80)));

        Assert.Contains("queue 80 is above the limit of 50, as 3 readings were; 2 are forgiven", trial.Verdict.Sentence);
        Assert.Equal(VerdictOutcome.Fail, trial.Add(Reading(5, 10))); // and stays failed
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void Verdict_WithoutAReading_IsInconclusive(string judge)
    {
        var trial = Begin(judge, new AddedMetric { Name = "queue", Max = 50 });
        Serve(trial);

        Assert.Equal(VerdictOutcome.Inconclusive, trial.Verdict.Outcome);
        Assert.Contains("queue has no reading yet", trial.Verdict.Sentence);

        Assert.Equal(VerdictOutcome.Pass, trial.Add(Reading(200, 10)));
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void Verdict_MoreErrorsInARowThanAreOverlooked_IsInconclusiveAndSaysWhy(string judge)
    {
        var trial = Begin(judge, new AddedMetric { Name = "queue", Max = 50, ConsecutiveErrorLimit = 1 });
        Serve(trial);
        trial.Add(Reading(200, 10));

        Assert.Equal(VerdictOutcome.Pass, trial.Add(Error(201)));
        Assert.Equal(VerdictOutcome.Inconclusive, trial.Add(Error(202)));
        Assert.Contains("queue cannot be read, 2 times in a row: it answered 503: busy", trial.Verdict.Sentence);
        Assert.Equal(VerdictOutcome.Pass, trial.Add(Reading(203, 10)));
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void Verdict_WhereNoRequestsAreNeeded_IsTheMetricsAlone(string judge)
    {
        var limits = Trials.Limits with { MinRequests = 0, Metrics = [new AddedMetric { Name = "queue", Group = "queue", Max = 200, Comparison = new MetricComparison(MetricDirection.Increase, 0.5) }] };
        var (good, bad) = (AllJudges.Single(j => j.Name == judge).Begin(limits), AllJudges.Single(j => j.Name == judge).Begin(limits));
        Assert.Equal(VerdictOutcome.Inconclusive, good.Verdict.Outcome);
        var random = new Random(5);
        for (var i = 0; i < 14; i++)
        {
            good.Add(Reading(10 * i, 99 + 2 * random.NextDouble(), 99 + 2 * random.NextDouble()));
            bad.Add(Reading(10 * i, 199 + random.NextDouble(), 99 + 2 * random.NextDouble()));
        }

        Assert.Equal(VerdictOutcome.Pass, good.Verdict.Outcome);
        Assert.Equal(VerdictOutcome.Fail, bad.Verdict.Outcome);
    }

    [Fact]
    public void Add_ComparedMetricUnderThresholds_IsALimitLikeAnyOther()
    {
        var trial = Begin("threshold", new AddedMetric { Name = "queue", Comparison = new MetricComparison(MetricDirection.Increase, 0.1) });

        Assert.NotEqual(VerdictOutcome.Fail, trial.Add(Reading(1, 109, 100)));
        Assert.Equal(VerdictOutcome.Fail, trial.Add(Reading(2, 111, 100)));
        Assert.Contains("queue 111 is more than 10 % above the old revision's 100", trial.Verdict.Sentence);
    }

    [Fact]
    public void Statistical_ComparedMetricThatIsAlwaysWorse_FailsWithinADozenReadings()
    {
        var trial = Begin("statistical", new AddedMetric { Name = "queue", Comparison = new MetricComparison(MetricDirection.Either, 0.1) });
        var random = new Random(3);
        var count = 0;
        while (trial.Add(Reading(60 * ++count, 50 * (0.9 + 0.2 * random.NextDouble()), 100)) != VerdictOutcome.Fail) Assert.True(count < 20);

        Assert.InRange(count, 8, 14);
        Assert.Contains($"queue was beyond the old revision's by more than 10 % in {count} of {count} readings", trial.Verdict.Sentence);
    }

    /// <summary>The worst case within tolerance: whether a reading lies beyond is the toss of a coin.</summary>
    [Fact]
    public void Statistical_ComparedMetricsWithinTolerance_AreWronglyFailedInFewerRolloutsThanTheBudgetAllows()
    {
        const int Rollouts = 4000;
        var random = new Random(20261121);
        var failed = 0;
        for (var rollout = 0; rollout < Rollouts; rollout++)
        {
            var trial = Begin(
                "statistical",
                new AddedMetric { Name = "queue", Comparison = new MetricComparison(MetricDirection.Increase, 0) },
                new AddedMetric { Name = "heap", Comparison = new MetricComparison(MetricDirection.Either, 0) });
            var outcome = VerdictOutcome.Inconclusive;
            for (var i = 1; i <= 200 && outcome != VerdictOutcome.Fail; i++)
            {
                trial.Add(Reading(60 * i, random.NextDouble(), random.NextDouble()));
                outcome = trial.Add(Reading(60 * i, random.NextDouble(), random.NextDouble()) with { Metric = "heap" });
            }

            if (outcome == VerdictOutcome.Fail) failed++;
        }

        Assert.InRange(failed, 0, (int)(0.01 * Rollouts));
    }

    [Fact]
    public void Kayenta_CriticalMetricThatIsWorse_FailsAlone()
    {
        var trial = Begin("kayenta", new AddedMetric { Name = "queue", Group = "queue", Critical = true, Comparison = new MetricComparison(MetricDirection.Increase, 0.1) });
        var random = new Random(7);
        for (var i = 0; i < 12; i++) trial.Add(Reading(i * 10, 100 + random.NextDouble(), 50 + random.NextDouble()));
        Serve(trial);

        Assert.Equal(VerdictOutcome.Fail, trial.Verdict.Outcome);
        Assert.Contains("queue is high", trial.Verdict.Sentence);
    }

    [Fact]
    public void Kayenta_GroupWeights_DecideWhatAWorseGroupCosts()
    {
        Assert.Equal(VerdictOutcome.Fail, Weighed(30));
        Assert.Equal(VerdictOutcome.Pass, Weighed(3));

        static VerdictOutcome Weighed(double weight)
        {
            var trial = new KayentaJudge().Begin(Trials.Limits with
            {
                Metrics = [new AddedMetric { Name = "queue", Group = "business", Comparison = new MetricComparison(MetricDirection.Increase, 0.1) }],
                GroupWeights = new Dictionary<string, double> { ["business"] = weight },
            });
            var random = new Random(7);
            for (var i = 0; i < 12; i++) trial.Add(Reading(i * 10, 100 + random.NextDouble(), 50 + random.NextDouble()));
            Serve(trial);
            return trial.Verdict.Outcome;
        }
    }

    private static ICanaryTrial Begin(string judge, params AddedMetric[] metrics) =>
        AllJudges.Single(j => j.Name == judge).Begin(Trials.Limits with { Metrics = metrics });

    /// <summary>Enough good requests for any judge.</summary>
    private static void Serve(ICanaryTrial trial)
    {
        var random = new Random(1);
        for (var second = 0; second < 125; second++) trial.Add(Trials.Interval(second, Trials.Requests(random, 20), Trials.Requests(random, 20)));
    }

    private static MetricReading Reading(double second, double canary, double? baseline = null) =>
        new() { Metric = "queue", At = Trials.Start.AddSeconds(second), Canary = canary, Baseline = baseline };

    private static MetricReading Error(double second) => new() { Metric = "queue", At = Trials.Start.AddSeconds(second), Problem = "it answered 503: busy" };
}
