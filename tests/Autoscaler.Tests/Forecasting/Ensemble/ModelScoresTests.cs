using Platform.Autoscaler.Forecasting.Ensemble;
using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Tests.Forecasting.Ensemble;

public sealed class ModelScoresTests
{
    private static readonly PreparedSeries Level = PreparedSeries.Of(Signals.Hourly(Enumerable.Repeat(100.0, 60)));
    private static readonly RollingOrigins Origins = RollingOrigins.Of(60, 8, 20);

    /// <summary>Errors of 1 and 2 on a level of 100: relative errors as 1 to 2 nearly, to the power of 4 · 7 / 8 for seven origins.</summary>
    [Fact]
    public void Weights_TwiceAsWrong_AnEleventhOfTheWeight()
    {
        var weights = new ModelScores(Level, Origins, [Off(1), Off(2)]).Weights();
        Assert.All(weights, w => Assert.InRange(w[0] / w[1], 11, 11.6));
        Assert.All(weights, w => Assert.Equal(1, w.Sum(), 9));
    }

    [Fact]
    public void Weights_OneGoodNearOneGoodFar_EachCountsWhereItIsGood()
    {
        var near = Off(0).Select(path => path.Select((v, h) => h < 4 ? v + 1 : v + 4).ToArray()).ToArray();
        var far = Off(0).Select(path => path.Select((v, h) => h < 4 ? v + 4 : v + 1).ToArray()).ToArray();
        var weights = new ModelScores(Level, Origins, [near, far]).Weights();
        Assert.True(weights[0][0] > 0.9);
        Assert.True(weights[7][1] > 0.8);
    }

    [Fact]
    public void Weights_NoErrorAtAll_AreShared()
    {
        foreach (var weights in new ModelScores(Level, Origins, [Off(0), Off(0)]).Weights()) Assert.Equal([0.5, 0.5], weights);
    }

    /// <summary>A model that is right but from the last origins: it has nearly all weight without them, hardly any with them alone.</summary>
    [Fact]
    public void WeightsWithout_AnOrigin_DoNotKnowWhatFollowedIt()
    {
        var last = Origins.Past - 1;
        var spoiled = Off(0.1);
        for (var k = 0; k <= last; k++)
        {
            if (Math.Abs(Origins.Counts[k] - Origins.Counts[last]) < Origins.Judged) spoiled[k] = Array.ConvertAll(spoiled[k], v => v + 60);
        }

        var scores = new ModelScores(Level, Origins, [spoiled, Off(1)]);
        Assert.True(scores.Weights()[0][0] < 0.1);
        Assert.True(scores.WeightsWithout(last)[0][0] > 0.9);
    }

    [Fact]
    public void Weights_NoOrigins_AreEqual()
    {
        var origins = RollingOrigins.Of(2, 8, 1);
        Assert.Equal(0, origins.Past);
        var scores = new ModelScores(Level, origins, [[new double[8]], [new double[8]]]);
        Assert.Equal([0.5, 0.5], scores.Weights()[0]);
        Assert.True(double.IsNaN(scores.RecentError(0)));
    }

    [Fact]
    public void RecentError_IsTheMeanAbsoluteError() => Assert.Equal(3, new ModelScores(Level, Origins, [Off(3)]).RecentError(0), 9);

    private static double[][] Off(double error) =>
        [.. Enumerable.Range(0, Origins.Counts.Length).Select(k => Enumerable.Repeat(100 + error, k < Origins.Past ? Origins.Steps(k) : 8).ToArray())];
}
