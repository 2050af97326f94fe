using Platform.Deployment.Analysis;
using Platform.Deployment.Analysis.Kayenta;

namespace Platform.Deployment.Tests.Analysis.Kayenta;

public sealed class KayentaJudgeTests
{
    private static readonly KayentaMetric Metric = new() { Name = "p95", Group = "latency" };

    [Theory]
    [InlineData(MetricDirection.Increase, 1.5, MetricClass.High)]
    [InlineData(MetricDirection.Decrease, 1.5, MetricClass.Pass)]
    [InlineData(MetricDirection.Either, 0.5, MetricClass.Low)]
    [InlineData(MetricDirection.Increase, 0.5, MetricClass.Pass)]
    [InlineData(MetricDirection.Either, 1.0, MetricClass.Pass)]
    public void Classify_AShift_InItsDirection(MetricDirection direction, double factor, MetricClass expected) =>
        Assert.Equal(expected, (Metric with { Direction = direction }).Classify([.. Noise(1, 60).Select(v => v * factor)], Noise(2, 60)));

    [Fact]
    public void Classify_SmallerThanTheAllowedIncrease_Passes() =>
        Assert.Equal(MetricClass.Pass, (Metric with { AllowedIncrease = 2 }).Classify([.. Noise(1, 60).Select(v => v * 1.5)], Noise(2, 60)));

    [Theory]
    [InlineData(MissingValues.Remove, MetricClass.NoData)]
    [InlineData(MissingValues.Zero, MetricClass.Pass)]
    public void Classify_NothingButMissing_FollowsTheStrategy(MissingValues missing, MetricClass expected) =>
        Assert.Equal(expected, (Metric with { Missing = missing }).Classify([double.NaN, double.NaN], Noise(2, 20)));

    [Fact]
    public void Classify_AnOutlier_DecidesNothing()
    {
        var canary = Noise(1, 150);
        canary[3] = 1e6;
        Assert.Equal(MetricClass.Pass, Metric.Classify(canary, Noise(2, 150)));
        Assert.DoesNotContain(1e6, Outliers.Remove(canary, 3));
    }

    [Theory]
    [InlineData(new[] { MetricClass.Pass, MetricClass.Pass, MetricClass.Pass, MetricClass.Pass }, false, 100)]
    [InlineData(new[] { MetricClass.Pass, MetricClass.High, MetricClass.Pass, MetricClass.Pass }, false, 50 + 100 / 3.0)]
    [InlineData(new[] { MetricClass.High, MetricClass.Pass, MetricClass.Pass, MetricClass.Pass }, false, 50)]
    [InlineData(new[] { MetricClass.High, MetricClass.Pass, MetricClass.Pass, MetricClass.Pass }, true, 0)]
    [InlineData(new[] { MetricClass.NoData, MetricClass.Pass, MetricClass.NoData, MetricClass.High }, true, 25)]
    public void Score_IsTheShareOfPassesPerGroup(MetricClass[] classes, bool errorsAreCritical, double expected)
    {
        var options = new KayentaOptions();
        options = options with { Metrics = [.. options.Metrics.Select(m => m with { Critical = errorsAreCritical && m.Name == "errors" })] };
        Assert.Equal(expected, KayentaScore.Of(options, classes).Value, 9);
    }

    [Fact]
    public void Trial_TwiceAsSlow_FailsAtTheFirstScore_AndAlikePasses()
    {
        Assert.Equal(60, Trials.Play(new KayentaJudge(), Trials.Limits, 1, 300, 20, 80, _ => (0.001, 2)));
        Assert.Null(Trials.Play(new KayentaJudge(), Trials.Limits, 1, 300, 20, 80, _ => (0.001, 1)));
    }

    [Fact]
    public void Trial_NoRequestsOfTheCanary_NeverPasses()
    {
        var trial = new KayentaJudge().Begin(Trials.Limits);
        var random = new Random(1);
        for (var second = 0; second < 300; second++) trial.Add(Trials.Interval(second, RevisionCounts.None, Trials.Requests(random, 10)));
        Assert.Equal(VerdictOutcome.Inconclusive, trial.Verdict.Outcome);
    }

    private static double[] Noise(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 90 + 20 * random.NextDouble())];
    }
}
