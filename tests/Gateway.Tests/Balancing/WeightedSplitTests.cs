using FsCheck;
using FsCheck.Fluent;
using Platform.Gateway.Balancing;

namespace Platform.Gateway.Tests.Balancing;

public sealed class WeightedSplitTests
{
    [Fact]
    public void Every_share_is_off_by_a_few_requests_at_most_whatever_the_weights()
    {
        var weights = ArbMap.Default.ArbFor<byte[]>().Filter(w => w.Length is > 0 and < 8 && w.Any(x => x > 0));
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(weights, w =>
        {
            var split = new WeightedSplit(w.Select(x => (int)x));
            const int Requests = 5_000;
            var counts = new int[w.Length];
            for (ulong turn = 1_000; turn < 1_000 + Requests; turn++) counts[split.Choose(turn)]++;
            return w.Select((weight, i) => Math.Abs(counts[i] - (Requests * (double)weight / split.Total))).All(off => off <= 12);
        }));
    }

    [Fact]
    public void A_weight_of_zero_is_never_chosen()
    {
        var split = new WeightedSplit([0, 3, 0, 5, 0]);

        Assert.All(Enumerable.Range(0, 10_000), turn => Assert.Contains(split.Choose((ulong)turn), (int[])[1, 3]));
    }

    [Fact]
    public void No_weights_choose_nothing() => Assert.Equal(-1, new WeightedSplit([0, 0]).Choose(7));

    [Fact]
    public void A_canary_of_five_percent_gets_its_share_in_every_stretch_of_a_hundred()
    {
        var split = new WeightedSplit([95, 5]);

        for (ulong start = 0; start < 2_000; start += 100)
        {
            var canary = Enumerable.Range(0, 100).Count(i => split.Choose(start + (ulong)i) == 1);
            Assert.InRange(canary, 3, 7);
        }
    }
}
