using System.Text.Json.Nodes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Testing.Kubernetes;

/// <summary>A cluster of one node in this process: API server, controllers, kubelet. What it cannot show is whether a real one agrees.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ClusterCertificates _certificates = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-cluster-");
    private readonly Task _controlling, _running;

    private TestCluster()
    {
        static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();
        Objects = new ApiObjects(Store, Now);
        var events = new ClusterEvents(Store, Objects, Now);
        Server = new ApiServer(Store, Objects, Accounts, _certificates);
        Kubelet = new Kubelet(Store, Objects, events, Path.Combine(_folder.FullName, "pods"));
        Controllers = new Controllers(Store, Objects, events);
        Server.Node = Kubelet;
        foreach (var place in (string[])["default", "shop"]) Objects.Create(Schema.Of("Namespace"), null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = place } }, new WriteOptions("tests"));
        _controlling = Task.Run(() => Controllers.RunAsync(_end.Token));
        _running = Task.Run(() => Kubelet.RunAsync(_end.Token));
    }

    public ObjectStore Store { get; } = new();

    public ApiObjects Objects { get; }

    public Accounts Accounts { get; } = new();

    public ApiServer Server { get; }

    public Kubelet Kubelet { get; }

    public Controllers Controllers { get; }

    public ClusterCertificates Certificates => _certificates;

    public string Folder => _folder.FullName;

    public static async Task<TestCluster> StartAsync()
    {
        var cluster = new TestCluster();
        await cluster.Server.StartAsync();
        return cluster;
    }

    /// <summary>A kubeconfig for somebody with a token.</summary>
    public string Kubeconfig(string token, string place = "default")
    {
        var path = Path.Combine(_folder.FullName, $"kubeconfig-{Guid.NewGuid():N}");
        File.WriteAllText(path, $$"""
            apiVersion: v1
            kind: Config
            current-context: tests
            clusters: [ { name: cluster, cluster: { server: "{{Server.Address}}", certificate-authority-data: {{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_certificates.AuthorityPem))}} } } ]
            users: [ { name: user, user: { token: {{token}} } } ]
            contexts: [ { name: tests, context: { cluster: cluster, user: user, namespace: {{place}} } } ]
            """);
        return path;
    }

    public List<JsonObject> All(string kind, string place = "default") => Store.List(Schema.Of(kind), place).Items;

    public async ValueTask DisposeAsync()
    {
        foreach (var deployment in Store.List(Schema.Of("Deployment"), null).Items) Store.Write(Schema.Of("Deployment"), deployment.Text("metadata", "namespace"), deployment.NameOf(), _ => null);
        await _end.CancelAsync();
        await Task.WhenAll(_controlling.ContinueWith(_ => { }, TaskScheduler.Default), _running.ContinueWith(_ => { }, TaskScheduler.Default)).WaitAsync(TimeSpan.FromSeconds(30));
        await Server.DisposeAsync();
        Kubelet.Dispose();
        _certificates.Dispose();
        _folder.Delete(recursive: true);
    }
}
