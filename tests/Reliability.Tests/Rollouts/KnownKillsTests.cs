using Platform.Reliability.Simulation;

namespace Platform.Reliability.Rollouts;

/// <summary>Kills that once found a defect.</summary>
public sealed class KnownKillsTests(Origins origins) : IClassFixture<Origins>
{
    [Theory]
    // The watch ran out while the service was dead, and the broken revision was promoted unseen.
    [InlineData("rolledBack;Before/BusPublish/RolloutStepCompleted/3;0;4000")]
    // A tick that came after the end left a saga for ever.
    [InlineData("first;Before/DatabaseExecute/deployment.outbox_message/16;0;5000")]
    [InlineData("rolling;After/DatabaseCommit/deployment/59;0;4000")]
    [InlineData("rolling;Before/BusPublish/TrafficShifted/7;0;1000")]
    public async Task Stays_right(string kill)
    {
        var run = Kill.Parse(kill);

        var outcome = await run.RunAsync(origins.Of(run.Scenario));

        Assert.True(outcome.Wrong.Count == 0, outcome.Report);
    }
}
