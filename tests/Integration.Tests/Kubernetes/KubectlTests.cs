using System.Diagnostics;
using Platform.Integration.Tests.Split;
using Platform.Testing;
using Platform.Testing.Kubernetes;

namespace Platform.Integration.Tests.Kubernetes;

/// <summary>The distribution's real kubectl against the tests' API server, with what the platform exports: each is held to the other.</summary>
public sealed class KubectlTests : IAsyncLifetime
{
    private const string Shop = """
        name: shop
        revision: v1
        runtime: kubernetes
        docker: { image: "registry.example.org/shop:v1", command: [serve], env: { LISTEN: "0.0.0.0", TOKEN: "secret://shop-token" }, user: "10001", readOnly: true }
        port: 9000
        resources: { cpu: 0.25, memory: 256Mi }
        scaling: { min: 2, max: 9, metrics: [ { name: cpu, target: 70% }, { name: requestsPerSecond, target: 12.5 } ], behavior: { scaleDown: { stabilizationWindow: 2m, policies: [ { type: Replicas, value: 1, period: 30s } ] } } }
        rollout: { strategy: rolling, maxSurge: 25%, maxUnavailable: 0 }
        traffic: { hosts: [shop.example.org], pathPrefix: /buy, drainTimeout: 2s }
        """;

    private TestCluster _cluster = null!;
    private string _kubeconfig = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(!Command.Exists("kubectl"), "'kubectl' is not installed (apt-get install kubernetes-client)");
        _cluster = await TestCluster.StartAsync();
        _cluster.Kubelet.Images["registry.example.org/shop:v1"] = new NodeImage([Path.Combine(Repository.Root, "tests/TestChild/bin/Release/net10.0/TestChild")]);
        _kubeconfig = _cluster.Kubeconfig(_cluster.Accounts.Admin);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task TheExportedManifests_AreAppliedComparedChangedAndDeleted_ByKubectl()
    {
        var exported = await ExportAsync(Shop);
        await FileAsync("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: { name: shop-token }\nstringData: { value: s3cr3t }\n");

        await KubectlAsync("apply", "-f", Path.Combine(_cluster.Folder, "secret.yaml"));
        var applied = await KubectlAsync("apply", "-f", exported);
        Assert.Equal(
            ["deployment.apps/shop created", "service/shop created", "horizontalpodautoscaler.autoscaling/shop created", "poddisruptionbudget.policy/shop created", "networkpolicy.networking.k8s.io/shop created", "ingress.networking.k8s.io/shop created"],
            applied.Split('\n'));

        var changed = await FileAsync("changed.yaml", (await File.ReadAllTextAsync(exported)).Replace("cpu: 250m", "cpu: 300m", StringComparison.Ordinal));
        var (code, difference) = await TryAsync("diff", "-f", changed);
        Assert.Equal(1, code);
        Assert.Contains("+            cpu: 300m", difference, StringComparison.Ordinal);
        Assert.Contains("deployment.apps/shop configured", await KubectlAsync("apply", "-f", changed), StringComparison.Ordinal);
        Assert.Contains("deployment.apps/shop serverside-applied", await KubectlAsync("apply", "--server-side", "--force-conflicts", "-f", changed), StringComparison.Ordinal);

        await KubectlAsync("delete", "-f", changed, "--timeout=60s");
        await Eventually.HoldsAsync(() => _cluster.All("Pod").Count + _cluster.All("ReplicaSet").Count + _cluster.All("EndpointSlice").Count == 0, "nothing is left");
    }

    [Fact]
    public async Task WhatRuns_IsFollowedScaledAndRead_ByKubectl()
    {
        await FileAsync("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: { name: shop-token }\nstringData: { value: s3cr3t }\n");
        await KubectlAsync("apply", "-f", Path.Combine(_cluster.Folder, "secret.yaml"));
        await KubectlAsync("apply", "-f", await ExportAsync(Shop));

        Assert.Contains("successfully rolled out", await KubectlAsync("rollout", "status", "deployment/shop", "--timeout=60s"), StringComparison.Ordinal);
        Assert.Equal("deployment.apps/shop scaled", await KubectlAsync("scale", "deployment/shop", "--replicas=3"));
        Assert.Contains("successfully rolled out", await KubectlAsync("rollout", "status", "deployment/shop", "--timeout=60s"), StringComparison.Ordinal);
        Assert.Equal("3", await KubectlAsync("get", "deployment/shop", "-o", "jsonpath={.status.readyReplicas}"));

        var pods = (await KubectlAsync("get", "pods", "-o", "name")).Split('\n');
        Assert.Equal(3, pods.Length);
        Assert.Contains("serving", await KubectlAsync("logs", pods[0]), StringComparison.Ordinal);
        Assert.Contains("registry.example.org/shop:v1", await KubectlAsync("describe", pods[0]), StringComparison.Ordinal);
        Assert.Contains("Started", await KubectlAsync("get", "events"), StringComparison.Ordinal);
        await KubectlAsync("delete", "deployment/shop", "--timeout=60s");
    }

    [Fact]
    public async Task AMemberThatDoesNotExist_IsRefusedByTheServer_NotByKubectl()
    {
        var exported = await ExportAsync(Shop);
        var wrong = await FileAsync("wrong.yaml", (await File.ReadAllTextAsync(exported)).Replace("  revisionHistoryLimit:", "  revisionHistoryLimits:", StringComparison.Ordinal));

        var (code, output) = await TryAsync("apply", "-f", wrong);

        Assert.Equal(1, code);
        Assert.Contains("strict decoding error: unknown field \"spec.revisionHistoryLimits\"", output, StringComparison.Ordinal);
    }

    private async Task<string> ExportAsync(string manifest)
    {
        var file = await FileAsync("shop.manifest.yaml", manifest);
        return await FileAsync("shop.yaml", await Command.RunAsync(Path.Combine(Repository.Root, "services/Platform/bin/Release/net10.0/platform"), "export", "kubernetes", file) + "\n");
    }

    private async Task<string> FileAsync(string name, string text)
    {
        var path = Path.Combine(_cluster.Folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private async Task<string> KubectlAsync(params string[] arguments)
    {
        var (code, output) = await TryAsync(arguments);
        return code == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)} ended with {code}: {output}{_cluster.Controllers.LastFailure}");
    }

    private async Task<(int Code, string Output)> TryAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = _kubeconfig;
        // Its cache of what servers offer is not the user's.
        start.Environment["HOME"] = _cluster.Folder;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
