using System.Text.Json;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Hosting.Json;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class CostAccountTests
{
    [Fact]
    public void Add_ASecondBeforeTheLastReading_LetsTheShadowSeeOnlyWhatWasReadByThen()
    {
        var settings = Days.Settings();
        var account = new CostAccount("shop", Days.Start);
        account.Follow(new ScaledApplication { Name = "shop", Settings = JsonSerializer.Serialize(settings with { Behavior = settings.Behavior with { SyncPeriod = TimeSpan.FromSeconds(1) } }, PlatformJson.Options), Wanted = 1 });
        account.Read(Days.Start, Days.Reading(50));
        account.Read(Days.Start + TimeSpan.FromSeconds(3), Days.Reading(500));

        for (var second = 0; second < 3; second++) account.Add([Days.Second(second, 50, 1)]);
        var before = account.ShadowReplicas();
        account.Add([Days.Second(3, 500, 1)]);

        // Ten are needed; the HPA adds four at most in fifteen seconds.
        Assert.Equal((1, 5), (before, account.ShadowReplicas()));
    }
}
