using Platform.Contracts.Deployments;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>A rollback asked for over the bus.</summary>
public sealed class RollBackCommandTests
{
    [Fact]
    public async Task It_ships_the_revision_that_served_before_under_the_commands_id()
    {
        await using var world = new World();
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v2")));

        var command = RollBack(world);
        await world.SendAsync(command);
        await world.SendAsync(command);

        Assert.Equal("completed", (await world.UntilAsync(command.CorrelationId, "completed")).State);
        Assert.All(world.Machine.Alive, p => Assert.Equal("v1", p.Revision));
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
    }

    [Fact]
    public async Task Without_an_earlier_revision_it_is_refused_and_the_reason_published()
    {
        await using var world = new World();
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));

        var command = RollBack(world);
        await world.SendAsync(command);

        await world.UntilAsync("the refusal is published", () => world.EventsOf<DeploymentFailed>().Any(e => e.CorrelationId == command.CorrelationId));
        Assert.Contains("has served no revision before v1", world.EventsOf<DeploymentFailed>().Single().Reason, StringComparison.Ordinal);
        Assert.All(world.Machine.Alive, p => Assert.Equal("v1", p.Revision));
    }

    private static RollBackApplication RollBack(World world) => new()
    {
        Application = "shop", At = world.Time.GetUtcNow(), CorrelationId = Guid.NewGuid(), RequestedBy = "test", Reason = "v2 is ugly",
    };
}
