using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Analysis.Kayenta;

namespace Platform.Deployment.Tests.Analysis.Kayenta;

/// <summary>Reference values: R 4.2, <c>wilcox.test(x, y, conf.int = TRUE, conf.level = c, exact = FALSE, tol.root = 1e-10)</c>.</summary>
public sealed class MannWhitneyTests
{
    public static TheoryData<double[], double[], double, double, double, double, double> References => new()
    {
        { [12.1, 13.4, 11.8, 15.2, 14.9, 13.3, 12.7, 16.1, 14.2, 13.8], [10.2, 11.1, 9.8, 12.3, 10.9, 11.4, 10.1, 12.8, 11.7, 10.6], 0.98, 1.1, 4.1, 2.6, 0.0007685389132 },
        { [1, 2, 2, 3, 3, 3, 4, 5, 5, 8], [1, 1, 2, 2, 2, 3, 3, 4, 4, 5], 0.98, -1, 3, 1, 0.3350744724 },
        { [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46], [1.15, 0.88, 0.90, 0.74, 1.21], 0.95, -0.15, 0.76, 0.305, 0.2446236051 },
        { [0, 0, 0, 0.01, 0, 0.02, 0, 0, 0, 0.01, 0, 0], [0.001, 0, 0.002, 0, 0.001, 0.001, 0, 0.003, 0, 0.001, 0.002, 0], 0.98, -0.001, 0.008, 0, 0.400489593 },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void Compare_GivesWhatRGives(double[] x, double[] y, double confidence, double low, double high, double estimate, double pValue)
    {
        var shift = MannWhitney.Compare(x, y, confidence);

        Assert.Equal(low, shift.Low, 1e-6);
        Assert.Equal(high, shift.High, 1e-6);
        Assert.Equal(estimate, shift.Estimate, 1e-6);
        Assert.Equal(pValue, shift.PValue, 1e-6);
    }

    [Fact]
    public void Swapping_the_samples_mirrors_the_answer()
    {
        var samples = Gen.Choose(0, 400).Select(v => v / 10.0).ListOf().Where(s => s.Count is > 1 and < 40);
        var pairs = from x in samples from y in samples where x.Concat(y).Distinct().Count() > 1 select (x, y);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(pairs.ToArbitrary(), pair =>
        {
            var (there, back) = (MannWhitney.Compare([.. pair.x], [.. pair.y], 0.98), MannWhitney.Compare([.. pair.y], [.. pair.x], 0.98));
            return Math.Abs(there.Estimate + back.Estimate) < 1e-6 && Math.Abs(there.Low + back.High) < 1e-6 && Math.Abs(there.PValue - back.PValue) < 1e-9
                && there.Low <= there.Estimate + 1e-9 && there.Estimate <= there.High + 1e-9;
        }));
    }

    [Fact]
    public void Percentile_IsHyndmanAndFansSixth() // R: quantile(c(3,1,4,1,5,9,2,6,5,3), c(.01,.25,.75,.99), type = 6)
    {
        double[] sorted = [1, 1, 2, 3, 3, 4, 5, 5, 6, 9];
        Assert.Equal([1, 1.75, 5.25, 9], new[] { 1.0, 25, 75, 99 }.Select(p => Outliers.Percentile(sorted, p)));
    }
}
