using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Cost;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class SavingsTests
{
    [Fact]
    public void Schedule_QuietNights_LowersTheMinimumOverMidnight()
    {
        // Nights from 22 to 6 need one, days six; the minimum keeps four.
        static bool Night(int h) => h % 24 is >= 22 or < 6;
        var hours = Days.Hours(24 * 4, h => Night(h) ? 1 : 6, h => Night(h) ? 4 : 6);
        var advice = Savings.Schedule(hours, Days.Settings(min: 4))!;
        Assert.Equal((22, 6, 1), (advice.FromHour, advice.ToHour, advice.Min));
        Assert.Equal(8 * 3, advice.ReplicaHoursPerDay, 6);
    }

    [Fact]
    public void Schedule_OneBusyNight_IsNotShortened()
    {
        // One night of four needed five: no schedule may be short of that.
        var hours = Days.Hours(24 * 4, h => h == 27 ? 5 : 1, _ => 4);
        var advice = Savings.Schedule(hours, Days.Settings(min: 4))!;
        Assert.Equal((4, 3), (advice.FromHour, advice.ToHour));
    }

    [Fact]
    public void Schedule_TwoDays_SayNothing() => Assert.Null(Savings.Schedule(Days.Hours(48, _ => 1, _ => 4), Days.Settings(min: 4)));

    [Fact]
    public void Schedule_NightsWithoutARequest_MayGoToZero()
    {
        var hours = Days.Hours(72, h => h % 24 < 6 ? 0 : 1, _ => 1);
        Assert.Equal((0, 6, 0), (Savings.Schedule(hours, Days.Settings())!.FromHour, Savings.Schedule(hours, Days.Settings())!.ToHour, Savings.Schedule(hours, Days.Settings())!.Min));
    }

    [Fact]
    public void Commitment_TheBaseThatIsAlwaysOn()
    {
        // Three always, ten for a quarter of the time: at 60 % only the three are worth it.
        var advice = Savings.Commitment(Days.Hours(96, _ => 1, h => h % 4 == 0 ? 10 : 3), new Prices(), 0.045)!;
        Assert.Equal(3, advice.Replicas);
        Assert.Equal(3 * 0.4 * 720 * 0.045, advice.PerMonth, 9);
    }

    /// <summary>The k-th replica is worth a commitment exactly if it runs for more than the reserved share of the time.</summary>
    [Fact]
    public void Commitment_Anything_IsTheReplicaThatRunsOftenEnough() => Prop.ForAll(
        Gen.Choose(0, 9).ArrayOf(72).ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(), (replicas, tenths) =>
        {
            var prices = new Prices { ReservedShare = (tenths / 10.0) - 0.001 };
            var advice = Savings.Commitment(Days.Hours(72, _ => 1, h => replicas[h]), prices, 1);
            var worthIt = Enumerable.Range(1, 9).TakeWhile(k => replicas.Count(r => r >= k) > prices.ReservedShare * 72).DefaultIfEmpty(0).Last();
            return (advice?.Replicas ?? 0) == worthIt;
        }).QuickCheckThrowOnFailure();
}
