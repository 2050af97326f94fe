using Platform.CommandLine.Commands;
using Platform.CommandLine.Export;
using Platform.Workloads.Manifests;
using YamlDotNet.RepresentationModel;

namespace Platform.CommandLine.Tests.Export;

public sealed class KubernetesExportTests
{
    private const string Shop = """
        name: shop
        revision: v2
        runtime: docker
        docker: { image: "registry.example.org/shop:v2", env: { MODE: "yes", TOKEN: "secret://shop-token" }, user: "10001:10002", readOnly: true, volumes: { Shop_orders: /var/lib/orders } }
        port: 9000
        health: { path: /ready, interval: 500ms, timeout: 2s, unhealthyAfter: 4, startupTimeout: 30s }
        resources: { cpu: 0.25, memory: 256Mi }
        scaling:
          min: 2
          max: 9
          metrics: [ { name: cpu, target: 70% }, { name: requestsPerSecond, target: 12.5 } ]
          behavior: { scaleDown: { stabilizationWindow: 2m, policies: [ { type: Replicas, value: 1, period: 30s } ] } }
        rollout: { strategy: rolling, maxSurge: 25%, maxUnavailable: 0 }
        traffic: { hosts: [shop.example.org], pathPrefix: /buy, drainTimeout: 20s }
        """;

    [Fact]
    public void Objects_OfAManifest_AreSixAndSelectTheSamePods()
    {
        var objects = Read(Shop);

        Assert.Equal(["Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "Ingress"], objects.Select(o => Text(o, "kind")));
        Assert.All(objects, o => Assert.Equal("shop", Text(o, "metadata", "name")));
        var labels = Text(objects[0], "spec", "template", "metadata", "labels", "app.kubernetes.io/name");
        Assert.Equal(labels, Text(objects[0], "spec", "selector", "matchLabels", "app.kubernetes.io/name"));
        Assert.Equal(labels, Text(objects[1], "spec", "selector", "app.kubernetes.io/name"));
        Assert.Equal(labels, Text(objects[3], "spec", "selector", "matchLabels", "app.kubernetes.io/name"));
    }

    [Fact]
    public void Deployment_SaysWhatTheManifestSays()
    {
        var spec = At(Read(Shop)[0], "spec");
        var container = At(spec, "template", "spec", "containers", "0");

        Assert.Equal(("25%", "0"), (Text(spec, "strategy", "rollingUpdate", "maxSurge"), Text(spec, "strategy", "rollingUpdate", "maxUnavailable")));
        Assert.Equal(("registry.example.org/shop:v2", "9000"), (Text(container, "image"), Text(container, "ports", "0", "containerPort")));
        Assert.Equal(("250m", "262144Ki"), (Text(container, "resources", "limits", "cpu"), Text(container, "resources", "limits", "memory")));
        Assert.Equal(("1", "30"), (Text(container, "startupProbe", "periodSeconds"), Text(container, "startupProbe", "failureThreshold")));
        Assert.Equal(("/ready", "4"), (Text(container, "readinessProbe", "httpGet", "path"), Text(container, "readinessProbe", "failureThreshold")));
        Assert.Equal("30", Text(spec, "template", "spec", "terminationGracePeriodSeconds"));
        Assert.Equal("true", Text(container, "securityContext", "readOnlyRootFilesystem"));
        Assert.Equal(("10001", "10002", "true"), (Text(spec, "template", "spec", "securityContext", "runAsUser"), Text(spec, "template", "spec", "securityContext", "runAsGroup"), Text(spec, "template", "spec", "securityContext", "runAsNonRoot")));
        Assert.Equal(("/tmp", "Memory"), (Text(container, "volumeMounts", "0", "mountPath"), Text(spec, "template", "spec", "volumes", "0", "emptyDir", "medium")));
        Assert.Equal(("shop-orders", "/var/lib/orders"), (Text(container, "volumeMounts", "1", "name"), Text(container, "volumeMounts", "1", "mountPath")));
        Assert.Equal("shop-orders", Text(spec, "template", "spec", "volumes", "1", "persistentVolumeClaim", "claimName"));
    }

    [Fact]
    public void Environment_KeepsTextAsTextAndSecretsAsReferences()
    {
        var yaml = ExportCommand.Yaml(KubernetesExport.Objects(ManifestReader.Read(Shop, null).Manifest!, new KubernetesSettings()));
        var env = At(Read(Shop)[0], "spec", "template", "spec", "containers", "0", "env");

        Assert.Contains("value: \"yes\"", yaml, StringComparison.Ordinal);
        Assert.Contains("value: \"9000\"", yaml, StringComparison.Ordinal);
        Assert.Equal(("TOKEN", "shop-token"), (Text(env, "2", "name"), Text(env, "2", "valueFrom", "secretKeyRef", "name")));
        Assert.DoesNotContain("secret://", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Autoscaler_HasTheTargetsAndTheBehavior()
    {
        var spec = At(Read(Shop)[2], "spec");

        Assert.Equal(("2", "9"), (Text(spec, "minReplicas"), Text(spec, "maxReplicas")));
        Assert.Equal("70", Text(spec, "metrics", "0", "resource", "target", "averageUtilization"));
        Assert.Equal("12500m", Text(spec, "metrics", "1", "pods", "target", "averageValue"));
        Assert.Equal(("120", "Pods", "30"), (
            Text(spec, "behavior", "scaleDown", "stabilizationWindowSeconds"),
            Text(spec, "behavior", "scaleDown", "policies", "0", "type"),
            Text(spec, "behavior", "scaleDown", "policies", "0", "periodSeconds")));
    }

    [Fact]
    public void Ingress_HasHostAndPath() =>
        Assert.Equal(("shop.example.org", "/buy"), (Text(Read(Shop)[5], "spec", "rules", "0", "host"), Text(Read(Shop)[5], "spec", "rules", "0", "http", "paths", "0", "path")));

    [Fact]
    public void Objects_WithoutAnImage_AskForOne()
    {
        var manifest = ManifestReader.Read("name: shop\nrevision: v1\nprocess: { command: [\"shop\"] }", null).Manifest!;

        Assert.Contains("names no image", Assert.Throws<CommandFailure>(() => KubernetesExport.Objects(manifest, new KubernetesSettings())).Message, StringComparison.Ordinal);
        Assert.Equal(6, KubernetesExport.Objects(manifest, new KubernetesSettings(Image: "shop:v1")).Count);
        Assert.Contains(KubernetesExport.Losses(manifest), l => l.Contains("blueGreen", StringComparison.Ordinal));
    }

    private static IReadOnlyList<YamlNode> Read(string manifest)
    {
        var stream = new YamlStream();
        var result = ManifestReader.Read(manifest, null);
        Assert.True(result.Manifest is not null, string.Join("; ", result.Problems));
        stream.Load(new StringReader(ExportCommand.Yaml(KubernetesExport.Objects(result.Manifest!, new KubernetesSettings()))));
        return [.. stream.Documents.Select(d => d.RootNode)];
    }

    private static YamlNode At(YamlNode node, params string[] path) =>
        path.Aggregate(node, (at, name) => at is YamlSequenceNode list ? list[int.Parse(name)] : at[new YamlScalarNode(name)]);

    private static string Text(YamlNode node, params string[] path) => ((YamlScalarNode)At(node, path)).Value!;
}
