using System.Text.Json.Nodes;
using Platform.Testing.Kubernetes;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Kubernetes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Workloads.Tests.Runtimes.Kubernetes;

public sealed class PodAutoscalersTests
{
    private static readonly Manifest Shop = new() { Name = "shop", Revision = "v1", Runtime = RuntimeNames.Kubernetes };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FindAsync_AnAutoscalerOfTheApplication_HasATargetWithoutPods_AndItsDecisionIsGiven()
    {
        await using var cluster = await TestCluster.StartAsync();
        var autoscalers = Of(cluster);
        Assert.Null(await autoscalers.FindAsync(Shop, 2, Cancelled));
        Make(cluster, "web", "shop");
        Make(cluster, "other", "another");

        Assert.Equal(new OutsideScale("HorizontalPodAutoscaler default/web", null), await autoscalers.FindAsync(Shop, 2, Cancelled));
        var target = Assert.Single(cluster.All("Deployment"));
        Assert.Equal(("shop", 2L, true), (target.NameOf(), target.Number("spec", "replicas"), target.Flag("spec", "paused")));
        Assert.Equal(["platform", "shop"], target.Texts("spec", "selector", "matchLabels").Values.Order());

        cluster.Objects.Own(Schema.Of("HorizontalPodAutoscaler"), "default", "web", hpa => (hpa["status"] = new JsonObject { ["currentReplicas"] = 2, ["desiredReplicas"] = 5 }) is not null);
        Assert.Equal(5, (await autoscalers.FindAsync(Shop, 2, Cancelled))!.Replicas);
        Assert.Empty(cluster.All("Pod"));

        cluster.Objects.Delete(Schema.Of("HorizontalPodAutoscaler"), "default", "web", null);
        Assert.Null(await autoscalers.FindAsync(Shop, 5, Cancelled));
        var start = TimeProvider.System.GetTimestamp();
        while (cluster.All("Deployment").Count > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "Its target has not gone with it.");
            await Task.Delay(20, Cancelled);
        }
    }

    [Fact]
    public async Task FindAsync_AnotherRuntime_NeedsNoCluster()
    {
        using var nowhere = new Cluster(new KubernetesRuntimeOptions(), TimeProvider.System, _ => null, "/no/such/folder");

        Assert.Null(await new PodAutoscalers(nowhere).FindAsync(Shop with { Runtime = RuntimeNames.Process }, 2, Cancelled));
    }

    private static PodAutoscalers Of(TestCluster cluster) =>
        new(new Cluster(new KubernetesRuntimeOptions { Kubeconfig = cluster.Kubeconfig(cluster.Accounts.Admin) }, TimeProvider.System, _ => null, "/no/such/folder"));

    private static void Make(TestCluster cluster, string name, string target) => cluster.Objects.Create(Schema.Of("HorizontalPodAutoscaler"), "default", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["scaleTargetRef"] = new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = target }, ["minReplicas"] = 1, ["maxReplicas"] = 9 },
    }, new WriteOptions("tests"));
}
