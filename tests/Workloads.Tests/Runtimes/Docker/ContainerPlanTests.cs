using System.Text.Json;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Swarm;
using Platform.Workloads.Secrets;

namespace Workloads.Tests.Runtimes.Docker;

public sealed class ContainerPlanTests
{
    [Fact]
    public void Of_APlainManifest_PublishesItsPortOnLoopbackAndStartsNothingAgain()
    {
        var request = Plan(new DockerSpec { Image = "shop:v2" });

        Assert.Equal("shop:v2", request.Image);
        Assert.Null(request.Cmd);
        Assert.Equal(new PortBinding("127.0.0.1", "20100"), Assert.Single(request.HostConfig.PortBindings["20100/tcp"]));
        Assert.Contains("PORT=20100", request.Env);
        Assert.Contains("PLATFORM_REPLICA=shop-v2-1", request.Env);
        Assert.Equal("no", request.HostConfig.RestartPolicy.Name);
        Assert.Equal("bridge", request.HostConfig.NetworkMode);
    }

    [Fact]
    public void Of_AnImageWithItsOwnPort_PublishesThatAtTheAssignedOne()
    {
        var request = Plan(new DockerSpec { Image = "nginx" }, port: 80);

        Assert.Equal(new PortBinding("127.0.0.1", "20100"), Assert.Single(request.HostConfig.PortBindings["80/tcp"]));
        Assert.Contains("PORT=80", request.Env);
    }

    [Fact]
    public void Of_TheHostsNetwork_PublishesNothing()
    {
        var request = Plan(new DockerSpec { Image = "shop", Network = "host" });

        Assert.Empty(request.HostConfig.PortBindings);
        Assert.Contains("PORT=20100", request.Env);
    }

    [Fact]
    public void Of_Limits_AreTheEnginesUnits_WithoutSwapBeside()
    {
        var host = Plan(new DockerSpec { Image = "shop" }, resources: new ResourceSpec { Cpu = 0.5, MemoryBytes = 256L << 20 }).HostConfig;

        Assert.Equal((500_000_000L, 256L << 20, 256L << 20), (host.NanoCpus, host.Memory, host.MemorySwap));
    }

    [Fact]
    public void Of_NoLimits_SaysNothingOfThem() =>
        Assert.DoesNotContain("Memory", JsonSerializer.Serialize(Plan(new DockerSpec { Image = "shop" }).HostConfig, EngineJson.Options), StringComparison.Ordinal);

    [Fact]
    public void Of_AReadOnlyRoot_LeavesTmpToWriteTo()
    {
        var host = Plan(new DockerSpec { Image = "shop", ReadOnly = true }).HostConfig;

        Assert.True(host.ReadonlyRootfs);
        Assert.Contains("/tmp", host.Tmpfs!.Keys);
        Assert.Equal(["no-new-privileges:true"], host.SecurityOpt);
    }

    [Fact]
    public void Of_Volumes_AreMountedByName_NeverByAFolder()
    {
        var docker = new DockerSpec { Image = "shop", ReadOnly = true, Volumes = new Dictionary<string, string> { ["orders"] = "/var/lib/orders" } };

        Assert.Equal([new MountRequest("volume", "/var/lib/orders", "orders")], Plan(docker).HostConfig.Mounts);
        Assert.Equal(
            [new MountRequest("volume", "/var/lib/orders", "orders"), new MountRequest("tmpfs", "/tmp")],
            ServicePlan.Of(Spec(docker, 0, new ResourceSpec()), docker, new FolderSecrets("/no/such/folder")).TaskTemplate.ContainerSpec.Mounts);
    }

    [Fact]
    public void Labels_AnyReplicas_ReadBackAsItsMarkers()
    {
        var markers = Markers.Of(Spec(new DockerSpec { Image = "shop" }, 0, new ResourceSpec()));

        Assert.Equal(markers, ContainerLabels.Read(ContainerLabels.Of(markers, "/logs/x.log")));
        Assert.Null(ContainerLabels.Read(new Dictionary<string, string> { ["maintainer"] = "somebody" }));
        Assert.Null(ContainerLabels.Read(null));
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(127, 127, null)]
    [InlineData(137, null, 9)]
    [InlineData(143, null, 15)]
    [InlineData(255, 255, null)]
    public void StatusOf_TheEnginesCode_TellsSignalsFromCodes(int code, int? exitCode, int? signal) =>
        Assert.Equal(new ExitStatus(exitCode, signal), FollowedContainer.StatusOf(code));

    [Theory]
    [InlineData("""{"cpu_stats":{"cpu_usage":{"total_usage":2500000000}},"memory_stats":{"usage":1000,"stats":{"total_inactive_file":300}}}""", 2.5, 700)]
    [InlineData("""{"cpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{"usage":1000,"stats":{"inactive_file":100}}}""", 0.0, 900)]
    public void Usage_OfEitherCgroupVersion_LeavesOutWhatCanBeReclaimed(string json, double cpu, long memory) =>
        Assert.Equal(new ResourceUsage(cpu, memory), ContainerUsage.Of(JsonSerializer.Deserialize<ContainerStats>(json, EngineJson.Options)));

    [Fact]
    public void Usage_OfAnEndedContainer_IsNone() =>
        Assert.Null(ContainerUsage.Of(JsonSerializer.Deserialize<ContainerStats>("""{"read":"0001-01-01T00:00:00Z","cpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{}}""", EngineJson.Options)));

    [Theory]
    [InlineData("2026-01-02T03:04:05.000000006Z", "1767323045.000000006")]
    [InlineData("2026-01-02T03:04:05Z", "1767323045.0")]
    public void SinceOf_AStamp_IsSecondsAndNanoseconds(string stamp, string since) => Assert.Equal(since, ContainerLog.SinceOf(stamp));

    [Theory]
    [InlineData("nginx", "nginx", "latest", ImageReference.DefaultRegistry)]
    [InlineData("shop/web:v2", "shop/web", "v2", ImageReference.DefaultRegistry)]
    [InlineData("registry.example.org:5000/shop/web:v2", "registry.example.org:5000/shop/web", "v2", "registry.example.org:5000")]
    [InlineData("localhost/web", "localhost/web", "latest", "localhost")]
    public void Image_AnyName_ComesApart(string text, string name, string tag, string registry)
    {
        Assert.True(ImageReference.IsValid(text));
        Assert.Equal(new ImageReference(name, tag, registry), ImageReference.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Shop")]
    [InlineData("shop web")]
    [InlineData("shop:")]
    [InlineData("-shop")]
    [InlineData("shop@sha256:12")]
    [InlineData("https://example.org/shop")]
    public void Image_NoName_IsNotValid(string text) => Assert.False(ImageReference.IsValid(text));

    private static ContainerRequest Plan(DockerSpec docker, int port = 0, ResourceSpec? resources = null) =>
        ContainerPlan.Of(Spec(docker, port, resources ?? new ResourceSpec()), docker, new FolderSecrets("/no/such/folder"));

    private static ReplicaSpec Spec(DockerSpec docker, int port, ResourceSpec resources) => new()
    {
        Id = "shop-v2-1",
        Application = "shop",
        Revision = "v2",
        Generation = 3,
        Owner = "me",
        Manifest = new Manifest { Name = "shop", Revision = "v2", Runtime = RuntimeNames.Docker, Docker = docker, Port = port, Resources = resources },
        Port = 20100,
        LogDirectory = "/logs",
    };
}
