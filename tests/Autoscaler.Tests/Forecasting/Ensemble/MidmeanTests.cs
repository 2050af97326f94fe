using Platform.Autoscaler.Forecasting.Ensemble;

namespace Platform.Autoscaler.Tests.Forecasting.Ensemble;

public sealed class MidmeanTests
{
    /// <summary>Four equal weights: the outer two lie in the outer quarters.</summary>
    [Fact]
    public void Of_FourEqualWeights_IsTheMeanOfTheInnerTwo() => Assert.Equal(3, Of([100, 4, 2, -50], [0.25, 0.25, 0.25, 0.25]), 9);

    /// <summary>0.3 at 0, 0.4 at 10, 0.3 at 20: 0.05 of the first, 0.4 of the second, 0.05 of the third, over 0.5.</summary>
    [Fact]
    public void Of_UnequalWeights_CountsTheirPartsInside()
    {
        var shares = new double[3];
        Assert.Equal(10, Midmean.Of([20, 0, 10], [0.3, 0.3, 0.4], new int[3], shares), 9);
        Assert.Equal(0.1, shares[0], 9);
        Assert.Equal(0.1, shares[1], 9);
        Assert.Equal(0.8, shares[2], 9);
    }

    [Fact]
    public void Of_MoreThanHalfTheWeight_IsThatValueNearly() => Assert.Equal(7, Of([7, 1e9], [0.8, 0.2]), 9);

    [Fact]
    public void Of_OneValue_IsIt() => Assert.Equal(5, Of([5], [1]), 9);

    private static double Of(double[] values, double[] weights) => Midmean.Of(values, weights, new int[values.Length], []);
}
