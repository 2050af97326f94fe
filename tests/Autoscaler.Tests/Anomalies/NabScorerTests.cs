using Platform.Benchmarks.Anomalies;

namespace Platform.Autoscaler.Tests.Anomalies;

/// <summary>Against the definition of the Numenta Anomaly Benchmark, worked out by hand.</summary>
public sealed class NabScorerTests
{
    private static readonly NabProfile Standard = new("standard", 1, 1, 0.11);
    private static readonly NabProfile LowMisses = new("reward_low_FN_rate", 1, 2, 0.11);

    /// <summary>100 rows, of which the first 15 do not count; one window of 10 rows from row 40 on.</summary>
    private static NabSeries Series(params (int First, int Last)[] windows) =>
        new("folder/file.csv", new DateTimeOffset[100], new string[100], new double[100], windows);

    private static double[] Alarms(params int[] rows)
    {
        var scores = new double[100];
        foreach (var row in rows) scores[row] = 1;
        return scores;
    }

    [Fact]
    public void Score_AlarmAtTheWindowsFirstRow_IsPerfect() =>
        Assert.Equal(100, NabScorer.Score([(Series((40, 49)), Alarms(40))], Standard).Score, 9);

    [Fact]
    public void Score_NoAlarm_IsNothing()
    {
        var score = NabScorer.Score([(Series((40, 49)), Alarms())], Standard);
        Assert.Equal(0, score.Score);
    }

    [Theory]
    [InlineData(40, 1)]
    [InlineData(45, 0.859793)]
    [InlineData(49, 0.248242)]
    public void Worths_WithinTheWindow_FallFromOneAlongTheSigmoid(int row, double worth) =>
        Assert.Equal(worth, NabScorer.Worths(100, [(40, 49)], Standard)[row].Worth, 6);

    [Theory]
    [InlineData(20, -0.11)]
    [InlineData(50, -0.029793)]
    [InlineData(58, -0.108528)]
    [InlineData(77, -0.11)]
    public void Worths_OutsideTheWindow_CostLittleJustAfterItAndAllFarFromIt(int row, double worth) =>
        Assert.Equal(worth, NabScorer.Worths(100, [(40, 49)], Standard)[row].Worth, 6);

    [Fact]
    public void Score_TwoAlarmsInOneWindow_OnlyTheEarlierCounts() =>
        Assert.Equal(100, NabScorer.Score([(Series((40, 49)), Alarms(40, 47))], Standard).Score, 9);

    [Fact]
    public void Score_FalseAlarmBesideAHit_CostsItsWeight()
    {
        var score = NabScorer.Score([(Series((40, 49)), Alarms(20, 40))], Standard);
        Assert.Equal(100 * (2 - 0.11) / 2, score.Score, 9);
        Assert.Equal((1, 1, 1), (score.Windows, score.Hits, score.FalsePoints));
    }

    [Fact]
    public void Score_MissesWeighDouble_TheScaleGrowsWithThem()
    {
        var score = NabScorer.Score([(Series((40, 49), (80, 89)), Alarms(40))], LowMisses);
        Assert.Equal(100 * 3 / 6.0, score.Score, 9);
    }

    [Fact]
    public void Score_AlarmsWithinTheProbation_AreNotLookedAt() =>
        Assert.Equal(0, NabScorer.Score([(Series((5, 14)), Alarms(2, 7))], Standard).Score);

    [Fact]
    public void Score_OneThresholdForAllSeries_IsTheBestForTheWhole()
    {
        // The first series needs a threshold of 0.4, which lets 22 false alarms of the second through; 0.8 finds the second's window alone.
        var (first, second) = (Alarms(), Alarms());
        first[40] = 0.4;
        second[40] = 0.8;
        for (var i = 16; i < 38; i++) second[i] = 0.6;
        var score = NabScorer.Score([(Series((40, 49)), first), (Series((40, 49)), second)], Standard);
        Assert.Equal((0.8, 1, 0), (score.Threshold, score.Hits, score.FalsePoints));
        Assert.Equal(50, score.Score, 9);
    }

    [Fact]
    public void UpperTail_KnownValues()
    {
        Assert.Equal(0.5, WindowedGaussian.UpperTail(0), 15);
        Assert.Equal(0.0227501319481792, WindowedGaussian.UpperTail(2), 14);
        Assert.Equal(1.3498980316301e-3, WindowedGaussian.UpperTail(3), 14);
        Assert.Equal(1, WindowedGaussian.UpperTail(8) / 6.22096057427e-16, 9);
    }
}
