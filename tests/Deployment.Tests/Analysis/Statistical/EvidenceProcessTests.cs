using Platform.Deployment.Analysis.Statistical;

namespace Platform.Deployment.Tests.Analysis.Statistical;

public sealed class EvidenceProcessTests
{
    [Fact]
    public void Without_any_information_it_stays_where_it_began()
    {
        var evidence = new EvidenceProcess([0.2, 0.3, 0.5], 100);
        for (var second = 0; second < 1000; second++) evidence.Settle(second, [0, 0, 0]);
        Assert.Equal(1, evidence.Value, 12);
    }

    [Fact]
    public void Reports_that_overtake_each_other_take_nothing_back()
    {
        var evidence = new EvidenceProcess([1], 10);
        foreach (var second in new[] { 5.0, 100, 3, 99, 4 }) evidence.Settle(second, [0]);
        Assert.Equal(1, evidence.Value, 12);
        evidence.Settle(2, [double.NegativeInfinity]);
        Assert.InRange(evidence.Value, 0, 1);
    }

    [Fact]
    public void A_regression_that_starts_late_meets_capital_that_was_kept()
    {
        var evidence = new EvidenceProcess([1], 1800);
        for (var second = 0; second < 1000; second++) evidence.Settle(second, [-1]);
        Assert.InRange(evidence.Value, 0.1, 0.3);

        var later = 1000;
        while (evidence.Value < 100) evidence.Settle(later++, [0.5]);
        Assert.InRange(later - 1000, 10, 30);
    }

    [Theory]
    [InlineData(0, 0, 0, 1)]
    [InlineData(0, 100, 0, 0.06)]
    [InlineData(50, 100, 0.34, 0.66)]
    [InlineData(100, 100, 0.94, 1)]
    public void Interval_LiesAroundTheShare(double bad, double requests, double low, double high)
    {
        var interval = Proportion.Interval(bad, requests, 0.05);
        Assert.Equal(low, interval.Low, 0.02);
        Assert.Equal(high, interval.High, 0.02);
    }

    [Fact]
    public void Interval_LookedAtAfterEveryRequest_IsRarelyEverLeftByTheTruth()
    {
        const double Truth = 0.1;
        var left = Enumerable.Range(0, 1_000).Count(seed =>
        {
            var random = new Random(seed);
            var bad = 0;
            for (var n = 1; n <= 300; n++)
            {
                if (random.NextDouble() < Truth) bad++;
                var (low, high) = Proportion.Interval(bad, n, 0.05);
                if (Truth < low || Truth > high) return true;
            }

            return false;
        });

        Assert.InRange(left, 1, 50);
    }

    [Fact]
    public void Dispersion_IndependentRequests_IsOne_AndRequestsThatFallTogetherAreSeen()
    {
        Assert.InRange(After(together: 1), 1, 1.3);
        Assert.InRange(After(together: 10), 4, 15);

        static double After(int together)
        {
            var random = new Random(1);
            var dispersion = new Dispersion();
            for (var second = 0; second < 300; second++)
            {
                var bad = Enumerable.Range(0, 50 / together).Count(_ => random.NextDouble() < 0.05) * together;
                var baseline = Enumerable.Range(0, 950).Count(_ => random.NextDouble() < 0.05);
                dispersion.Add(new BlockCounts(50, bad, 950, baseline));
            }

            return dispersion.Value;
        }
    }

    [Fact]
    public void Dispersion_OneJumpToAnotherLevel_HidesNothing()
    {
        var dispersion = new Dispersion();
        for (var second = 0; second < 100; second++) dispersion.Add(new BlockCounts(100, second % 2 + 4, 900, 45));
        for (var second = 0; second < 10; second++) dispersion.Add(new BlockCounts(100, second % 2 + 60, 900, 45));
        Assert.InRange(dispersion.Value, 1, 1.5);
    }
}
