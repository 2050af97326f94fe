using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>The saga in its module, on a fake machine and a fake gateway.</summary>
public sealed class RolloutTests
{
    [Fact]
    public async Task A_first_deployment_starts_replicas_and_opens_the_route()
    {
        await using var world = new World();
        await world.StartAsync();

        var row = await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1", replicas: 3)));

        Assert.Equal("completed", row.State);
        Assert.Equal(3, world.Machine.Alive.Count);
        Assert.Equal(100, world.Gateway.Weights("shop")["v1"]);
        Assert.Equal(3, world.Gateway.Table("shop")!.Revisions.Single().Replicas.Count);
    }
}
