using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Scaling;
using Platform.Deployment.Applications;
using Platform.Testing.DeploymentWorld;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Kubernetes;

namespace Platform.Deployment.Tests.Applications;

/// <summary>An application whose number of replicas something outside decides, such as a HorizontalPodAutoscaler.</summary>
public sealed class OutsideScaleTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_decides_outside_is_followed_within_the_manifests_limits_and_the_platform_stands_back()
    {
        var outside = new Outside();
        await using var world = new World { Rebuild = services => services.AddSingleton<IOutsideScaling>(outside) };
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Platform.Testing.DeploymentWorld.Manifests.BlueGreen("v1")));
        var follower = world.Life!.Host.Services.GetRequiredService<OutsideScaleFollower>();

        outside.Now = new OutsideScale("HorizontalPodAutoscaler default/shop", 4);
        await follower.LookAsync(Cancelled);
        await world.UntilAsync("four run", () => world.Machine.Alive.Count == 4);
        await world.UntilAsync("it is told who wanted it", () => world.EventsOf<ApplicationScaled>().Any(e => e.RequestedBy == "HorizontalPodAutoscaler default/shop"));

        await world.ScaleAsync(3);
        await world.UntilAsync("the platform's own is refused", () => world.EventsOf<ScalingRefused>().Any(e => e.Reason.Contains("HorizontalPodAutoscaler default/shop decides", StringComparison.Ordinal)));
        Assert.Equal(4, world.Machine.Alive.Count);

        outside.Now = new OutsideScale("HorizontalPodAutoscaler default/shop", 50);
        await follower.LookAsync(Cancelled);
        await world.UntilAsync("ten run, as the manifest allows", () => world.Machine.Alive.Count == 10);

        outside.IsAway = true;
        await follower.LookAsync(Cancelled);
        Assert.NotNull(world.Life.Host.Services.GetRequiredService<OutsideScales>().Find("shop"));

        (outside.IsAway, outside.Now) = (false, null);
        await follower.LookAsync(Cancelled);
        await world.ScaleAsync(3);
        await world.UntilAsync("the platform decides again", () => world.Machine.Alive.Count == 3);
    }

    private sealed class Outside : IOutsideScaling
    {
        public OutsideScale? Now { get; set; }

        public bool IsAway { get; set; }

        public Task<OutsideScale?> FindAsync(Manifest manifest, int replicas, CancellationToken ct) =>
            IsAway ? throw new RuntimeUnavailableException("away") : Task.FromResult(Now);
    }
}
