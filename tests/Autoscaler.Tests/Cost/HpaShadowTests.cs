using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Hosting.Json;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class HpaShadowTests
{
    private static readonly TimeSpan Startup = TimeSpan.FromSeconds(20);

    [Fact]
    public void Decide_MoreDemand_NewReplicasServeAfterTheStartUpTime()
    {
        var shadow = new HpaShadow(1);
        shadow.Begin(1, Days.Start);
        shadow.Decide(Days.Start, Days.Settings(), Days.Reading(200), Startup);
        Assert.Equal((4, 1), (shadow.Wanted, shadow.Ready(Days.Start)));
        Assert.Equal(1, shadow.Ready(Days.Start + TimeSpan.FromSeconds(19)));
        Assert.Equal(4, shadow.Ready(Days.Start + Startup));
        Assert.False(shadow.IsDue(Days.Start + TimeSpan.FromSeconds(14)));
        Assert.True(shadow.IsDue(Days.Start + TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public void Decide_LessDemand_WaitsForTheScaleDownWindow()
    {
        var shadow = new HpaShadow(1);
        shadow.Begin(4, Days.Start);
        var wanted = new List<int>();
        for (var s = 0; s <= 330; s += 15)
        {
            shadow.Decide(Days.Start + TimeSpan.FromSeconds(s), Days.Settings(), Days.Reading(s == 0 ? 200 : 40), Startup);
            wanted.Add(shadow.Wanted);
        }

        Assert.All(wanted.Take(20), replicas => Assert.Equal(4, replicas));
        Assert.Equal(1, wanted[^1]);
    }

    [Fact]
    public void Decide_CpuOfTheRealReplicas_IsSharedAmongItsOwn()
    {
        // Two real replicas at 90 %, the shadow has four: 45 % each, so two fewer would do at 90 %.
        var shadow = new HpaShadow(1);
        shadow.Begin(4, Days.Start - TimeSpan.FromHours(1));
        var sample = new ReplicaSample(0.9, Days.Start, TimeSpan.FromSeconds(15));
        MetricReading cpu = new() { Name = MetricNames.Cpu, Target = 0.9, Kind = MetricKind.Resource, Samples = new Dictionary<string, ReplicaSample> { ["a"] = sample, ["b"] = sample } };
        shadow.Decide(Days.Start, Days.Settings(), [MeasuredMetric.Of(cpu)], Startup);
        Assert.Equal(2, shadow.Wanted);
    }

    [Fact]
    public void Factor_Below1_KeepsMoreReplicas()
    {
        var (generous, strict) = (new HpaShadow(0.5), new HpaShadow(1));
        foreach (var shadow in (HpaShadow[])[generous, strict])
        {
            shadow.Begin(1, Days.Start);
            shadow.Decide(Days.Start, Days.Settings(), Days.Reading(200), Startup);
        }

        Assert.Equal((5, 4), (generous.Wanted, strict.Wanted)); // eight, of which the policies allow five
    }

    /// <summary>Saved and restored at any step, the course goes on as if nothing had been.</summary>
    [Fact]
    public void Save_AtAnyStep_TheCourseIsTheSame() => Prop.ForAll(
        Gen.Choose(0, 600).ArrayOf(40).ToArbitrary(), Gen.Choose(0, 39).ToArbitrary(), (demand, cut) =>
        {
            var (through, restored) = (new HpaShadow(1), new HpaShadow(1));
            through.Begin(2, Days.Start);
            restored.Begin(2, Days.Start);
            for (var i = 0; i < demand.Length; i++)
            {
                if (i == cut) restored = HpaShadow.Of(JsonSerializer.Deserialize<ShadowState>(JsonSerializer.Serialize(restored.Save(), PlatformJson.Options), PlatformJson.Options)!);
                var at = Days.Start + TimeSpan.FromSeconds(15 * i);
                through.Decide(at, Days.Settings(), Days.Reading(demand[i]), Startup);
                restored.Decide(at, Days.Settings(), Days.Reading(demand[i]), Startup);
                if (through.Wanted != restored.Wanted || through.Ready(at) != restored.Ready(at) || through.Ready(at) > through.Wanted || through.Wanted is < 1 or > 20) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
}
