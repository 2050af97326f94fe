using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Analysis.Statistical;

namespace Platform.Deployment.Tests.Analysis.Statistical;

public sealed class BlockBetTests
{
    /// <summary>Exactly, by summing over every possible block: whatever the bet, whatever the chances, as long as the null holds.</summary>
    [Fact]
    public void Under_the_null_no_bet_gains_on_average()
    {
        var cases =
            from nc in Gen.Choose(1, 12)
            from nb in Gen.Choose(1, 30)
            from qb in Gen.Choose(1, 600)
            from odds in Gen.Choose(11, 3000)
            from ratio in Gen.Choose(100, 150)
            from slack in Gen.Choose(0, 100)
            from pb in Gen.Choose(0, 1000)
            from within in Gen.Choose(0, 1000)
            select (nc, nb, Qb: qb / 1000.0, Odds: odds / 10.0, Ratio: ratio / 100.0, Slack: slack / 1000.0, Pb: pb / 1000.0, Within: within / 1000.0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var bound = c.Ratio * c.Qb + c.Slack;
            if (bound >= 0.98) return true;
            var o = bound / (1 - bound) * c.Odds;
            var bet = BlockBet.Against(c.nc, c.nb, o / (1 + o), c.Qb, c.Ratio, c.Slack);
            var pc = c.Within * Math.Min(1, c.Ratio * c.Pb + c.Slack);
            var mean = 0.0;
            for (var x = 0; x <= c.nc; x++)
                for (var y = 0; y <= c.nb; y++) mean += Binomial(c.nc, x, pc) * Binomial(c.nb, y, c.Pb) * Math.Exp(bet.LogFactor(new BlockCounts(c.nc, x, c.nb, y)));
            return mean <= 1 + 1e-9;
        }));
    }

    [Fact]
    public void Against_the_suspected_chances_it_grows_nearly_as_fast_as_if_the_baseline_were_known()
    {
        var (nc, nb, qc, qb) = (5, 95, 0.05, 0.005);
        var bet = BlockBet.Against(nc, nb, qc, qb, 1, 0);
        var growth = 0.0;
        for (var x = 0; x <= nc; x++)
            for (var y = 0; y <= nb; y++) growth += Binomial(nc, x, qc) * Binomial(nb, y, qb) * bet.LogFactor(new BlockCounts(nc, x, nb, y));

        var known = nc * (qc * Math.Log(qc / qb) + (1 - qc) * Math.Log((1 - qc) / (1 - qb)));
        Assert.InRange(growth, 0.6 * known, known);
    }

    [Fact]
    public void More_bad_requests_of_the_canary_never_speak_for_it()
    {
        var bet = BlockBet.Against(10, 90, 0.3, 0.05, 1.1, 0.001);
        for (var bad = 0; bad < 10; bad++)
        {
            Assert.True(bet.LogFactor(new BlockCounts(10, bad + 1, 90, 4)) > bet.LogFactor(new BlockCounts(10, bad, 90, 4)));
            Assert.True(bet.LogFactor(new BlockCounts(10, bad, 90, 5)) < bet.LogFactor(new BlockCounts(10, bad, 90, 4)));
        }
    }

    [Fact]
    public void Against_a_limit_one_large_block_says_what_its_parts_say()
    {
        var bet = BlockBet.Against(0.2, 0.05);
        var (a, b) = (new BlockCounts(40, 3, 0, 0), new BlockCounts(17, 6, 0, 0));
        Assert.Equal(bet.LogFactor(a) + bet.LogFactor(b), bet.LogFactor(a + b), 12);
        Assert.Equal(3 * Math.Log(0.2 / 0.05) + 37 * Math.Log(0.8 / 0.95), bet.LogFactor(a), 12);
    }

    private static double Binomial(int n, int k, double p)
    {
        var chance = 1.0;
        for (var i = 1; i <= k; i++) chance *= (double)(n - k + i) / i;
        return chance * Math.Pow(p, k) * Math.Pow(1 - p, n - k);
    }
}
