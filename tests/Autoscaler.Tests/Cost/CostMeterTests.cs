using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Cost;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class CostMeterTests
{
    private static readonly TimeSpan Startup = TimeSpan.FromSeconds(10);

    [Fact]
    public void Add_ASpikeThatNobodyWasReadyFor_CountsWhatWasBeyondTheCapacity()
    {
        var meter = new CostMeter();
        Run(meter, 0, 60, _ => 50, _ => 1);
        Run(meter, 60, 120, _ => 200, _ => 1);
        Assert.Equal(60 * 150, meter.Open.OverCapacity, 6);

        // The shadow saw it at once and had four ready ten seconds later: ten seconds over, and a few more at the HPA's 10 % tolerance.
        var own = meter.Open.Shadows.Single(shadow => shadow.Factor == 1);
        Assert.InRange(own.OverCapacity, 10 * 150, 25 * 150);
        Assert.Equal(4, meter.Shadow.Wanted);
    }

    [Fact]
    public void Add_HourEnds_IsGivenOnceAndTheNextBegins()
    {
        var meter = new CostMeter();
        Run(meter, 3590, 3610, _ => 100, _ => 3);
        var hour = Assert.Single(meter.Ended);
        Assert.Equal((10.0, 30.0, 20.0), (hour.Seconds, hour.Running, hour.Needed));
        Assert.Equal(10, meter.Open.Seconds);
        meter.Written(meter.Ended);
        Assert.Empty(meter.Ended);
    }

    [Fact]
    public void Add_TheSameSecondAgainOrAnEarlierOne_ChangesNothing()
    {
        var meter = new CostMeter();
        Run(meter, 0, 10, _ => 100, _ => 3);
        var before = meter.Open;
        Run(meter, 5, 10, _ => 900, _ => 9);
        Assert.Equal(before, meter.Open);
    }

    [Fact]
    public void Add_AfterAGap_TheShadowBeginsWithWhatRuns()
    {
        var meter = new CostMeter();
        Run(meter, 0, 60, _ => 500, _ => 10);
        Run(meter, 1000, 1001, _ => 100, _ => 2);
        Assert.Equal(2, meter.Shadow.Wanted);
    }

    [Fact]
    public void Add_NoCapacityKnown_ComparesNothing()
    {
        var meter = new CostMeter();
        meter.Add(Days.Second(0, 100, 3), Days.Settings() with { Metrics = [], CpuCores = null }, CapacityBasis.Unknown, Startup, Days.Reading(100));
        Assert.Equal((0.0, 0.0), (meter.Open.NeedKnown, meter.Open.Compared.Seconds));
        Assert.Equal(3, meter.Open.Running);
    }

    [Fact]
    public void Add_Anything_FiguresStayConsistentAndSurviveARestart() => Prop.ForAll(
        Gen.Choose(0, 400).ArrayOf(120).ToArbitrary(), Gen.Choose(1, 6).ArrayOf(120).ToArbitrary(), Gen.Choose(1, 119).ToArbitrary(), (demand, replicas, cut) =>
        {
            var (through, restarted) = (new CostMeter(), new CostMeter());
            Run(through, 0, 120, s => demand[s], s => replicas[s]);
            Run(restarted, 0, cut, s => demand[s], s => replicas[s]);
            var saved = restarted.Save();
            var second = CostMeter.Of(saved, restarted.Open);
            Run(second, 0, 120, s => demand[s], s => replicas[s]); // what was taken in before the restart comes again
            var open = through.Open;
            return open with { Shadows = [] } == second.Open with { Shadows = [] } && open.Shadows.SequenceEqual(second.Open.Shadows)
                && open.Needed <= open.Running + 1e-9 && open.OverCapacity <= open.Requests && open.Shadows.All(s => s.OverCapacity >= 0 && s.Wanted >= 120)
                && open.Shadows.Zip(open.Shadows.Skip(1)).All(pair => pair.First.Factor < pair.Second.Factor);
        }).QuickCheckThrowOnFailure();

    private static void Run(CostMeter meter, int from, int to, Func<int, double> requests, Func<int, int> replicas)
    {
        var settings = Days.Settings();
        for (var s = from; s < to; s++)
        {
            var rate = requests(s);
            meter.Add(Days.Second(s, rate, replicas(s)), settings, CapacityBasis.Of(settings), Startup, Days.Reading(rate));
        }
    }
}
