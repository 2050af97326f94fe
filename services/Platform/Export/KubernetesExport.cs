using Platform.Contracts.Scaling;
using Platform.Workloads.Manifests;

namespace Platform.CommandLine.Export;

/// <summary>What the manifest leaves open and Kubernetes wants to know.</summary>
/// <param name="Image">In place of the manifest's own image; null: that one.</param>
/// <param name="Namespace">Where the objects live; null: wherever they are applied.</param>
/// <param name="IngressClass">The controller that serves the ingress; null: the cluster's default.</param>
internal sealed record KubernetesSettings(string? Image = null, string? Namespace = null, string? IngressClass = null);

/// <summary>
/// A manifest as plain Kubernetes objects, for a team that leaves: Deployment, Service, HorizontalPodAutoscaler, PodDisruptionBudget,
/// NetworkPolicy, Ingress. Pure. What Kubernetes cannot say (analysis, canary steps, approval) is not in them; <see cref="Losses"/> tells.
/// </summary>
internal static class KubernetesExport
{
    /// <summary>Where a container listens that the manifest leaves to the platform.</summary>
    private const int DefaultPort = 8080;

    private const string NameLabel = "app.kubernetes.io/name";
    private const string VersionLabel = "app.kubernetes.io/version";

    /// <summary>What the objects do not say although the manifest does; in sentences.</summary>
    public static IEnumerable<string> Losses(Manifest manifest)
    {
        if (manifest.Rollout.Strategy != RolloutStrategies.Rolling)
            yield return $"rollout.strategy {manifest.Rollout.Strategy}: a Deployment only knows how to roll; it surges by all replicas instead.";
        yield return "rollout.watch, rollout.analysis: nobody judges the new revision.";
        if (manifest.Rollout.Approval == "required") yield return "rollout.approval: nobody is asked.";
        if (manifest.Scaling.Metrics.Any(m => m.Source is not null)) yield return "scaling.metrics: those with a source need an adapter for external metrics that asks it, such as KEDA.";
        if (manifest.Scaling.Metrics.Any(m => m.Source is null && !IsResource(m.Name))) yield return "scaling.metrics: other metrics than cpu and memory need a metrics adapter that offers them per pod.";
        if (manifest.Docker?.User is not { } user || !long.TryParse(user.Split(':')[0], out _)) yield return "docker.user: pods do not run as root there; name a number, or build the image with one.";
        if (manifest.Docker?.Registry is not null) yield return "docker.registry: make a Secret of the type kubernetes.io/dockerconfigjson, and name it in imagePullSecrets.";
        if (manifest.Docker?.Volumes.Count > 0) yield return "docker.volumes: make a PersistentVolumeClaim of each name.";
        if (manifest.Scaling.Min == 0) yield return "scaling.min 0: an autoscaler keeps at least one.";
    }

    /// <summary>The objects, in the order in which they are applied.</summary>
    /// <exception cref="CommandFailure">There is no image.</exception>
    public static IReadOnlyList<KubernetesObject> Objects(Manifest manifest, KubernetesSettings settings)
    {
        var image = settings.Image ?? manifest.Docker?.Image
            ?? throw new CommandFailure(ExitCode.Usage, $"{manifest.Name} names no image: its runtime is {manifest.Runtime}.", "Name one with --image.");
        var port = manifest.Port == 0 ? DefaultPort : manifest.Port;
        var selector = new KubernetesObject { [NameLabel] = manifest.Name };
        return
        [
            Object("apps/v1", "Deployment", manifest, settings, new KubernetesObject
            {
                ["replicas"] = Math.Max(1, manifest.Scaling.Min),
                ["revisionHistoryLimit"] = 10,
                ["selector"] = new KubernetesObject { ["matchLabels"] = selector },
                ["strategy"] = new KubernetesObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = Surge(manifest.Rollout) },
                ["template"] = new KubernetesObject
                {
                    ["metadata"] = new KubernetesObject { ["labels"] = Labels(manifest) },
                    ["spec"] = Pod(manifest, image, port),
                },
            }),
            Object("v1", "Service", manifest, settings, new KubernetesObject
            {
                ["selector"] = selector,
                ["ports"] = new[] { new KubernetesObject { ["name"] = "http", ["port"] = 80, ["targetPort"] = "http" } },
            }),
            Object("autoscaling/v2", "HorizontalPodAutoscaler", manifest, settings, Autoscaler(manifest)),
            Object("policy/v1", "PodDisruptionBudget", manifest, settings, new KubernetesObject
            {
                ["maxUnavailable"] = 1,
                ["selector"] = new KubernetesObject { ["matchLabels"] = selector },
            }),
            Object("networking.k8s.io/v1", "NetworkPolicy", manifest, settings, new KubernetesObject
            {
                ["podSelector"] = new KubernetesObject { ["matchLabels"] = selector },
                ["policyTypes"] = new[] { "Ingress" },
                ["ingress"] = new[] { new KubernetesObject { ["ports"] = new[] { new KubernetesObject { ["protocol"] = "TCP", ["port"] = "http" } } } },
            }),
            Object("networking.k8s.io/v1", "Ingress", manifest, settings, Ingress(manifest, settings)),
        ];
    }

    private static KubernetesObject Object(string version, string kind, Manifest manifest, KubernetesSettings settings, KubernetesObject spec)
    {
        var metadata = new KubernetesObject { ["name"] = manifest.Name };
        if ((settings.Namespace ?? manifest.Kubernetes?.Namespace) is { } place) metadata["namespace"] = place;
        metadata["labels"] = Labels(manifest);
        return new KubernetesObject { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
    }

    private static KubernetesObject Labels(Manifest manifest) => new()
    {
        [NameLabel] = manifest.Name,
        [VersionLabel] = manifest.Revision.Trim('.', '-', '_'),
    };

    private static KubernetesObject Surge(RolloutSpec rollout) => rollout.Strategy == RolloutStrategies.Rolling
        ? new() { ["maxSurge"] = Share(rollout.MaxSurge), ["maxUnavailable"] = Share(rollout.MaxUnavailable) }
        : new() { ["maxSurge"] = "100%", ["maxUnavailable"] = 0 };

    private static object Share(ReplicaShare share) => share.Replicas is { } replicas ? replicas : $"{Math.Round((share.Share ?? 0) * 100)}%";

    private static KubernetesObject Pod(Manifest manifest, string image, int port)
    {
        var container = new KubernetesObject { ["name"] = manifest.Name, ["image"] = image };
        if (Command(manifest) is { Count: > 0 } command) container["args"] = command;
        container["ports"] = new[] { new KubernetesObject { ["name"] = "http", ["containerPort"] = port } };
        container["env"] = Environment(manifest, port).ToArray();
        if (Limits(manifest.Resources) is { Count: > 0 } limits) container["resources"] = new KubernetesObject { ["requests"] = limits, ["limits"] = limits };
        var (period, failures) = (Seconds(manifest.Health.Interval), manifest.Health.UnhealthyAfter);
        container["startupProbe"] = Probe(manifest, period, (int)Math.Ceiling(manifest.Health.StartupTimeout.TotalSeconds / period));
        container["readinessProbe"] = Probe(manifest, period, failures);
        // A replica that is only slow is taken out of the traffic; one that stays away three times as long is started again.
        container["livenessProbe"] = Probe(manifest, period, failures * 3);
        container["securityContext"] = new KubernetesObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["readOnlyRootFilesystem"] = manifest.Docker?.ReadOnly ?? false,
            ["capabilities"] = new KubernetesObject { ["drop"] = new[] { "ALL" } },
        };
        var pod = new KubernetesObject { ["automountServiceAccountToken"] = manifest.Kubernetes?.ServiceAccount is not null };
        if (manifest.Kubernetes?.ServiceAccount is { } account) pod["serviceAccountName"] = account;
        if (manifest.Kubernetes?.NodeSelector is { Count: > 0 } nodes) pod["nodeSelector"] = ObjectOf(nodes);
        pod["securityContext"] = Security(manifest);
        pod["terminationGracePeriodSeconds"] = Seconds(manifest.Traffic.DrainTimeout) + 10;
        pod["containers"] = new[] { container };
        var volumes = Volumes(manifest.Docker).ToList();
        if (volumes.Count == 0) return pod;
        container["volumeMounts"] = volumes.Select(v => new KubernetesObject { ["name"] = v.Name, ["mountPath"] = v.Path }).ToArray();
        pod["volumes"] = volumes.Select(v => new KubernetesObject { ["name"] = v.Name, [v.Kind] = v.Source }).ToArray();
        return pod;
    }

    /// <summary>Not as root: as the manifest's user where it is a number, else as the image's, which then must be one.</summary>
    private static KubernetesObject Security(Manifest manifest)
    {
        var security = new KubernetesObject { ["runAsNonRoot"] = true };
        var user = manifest.Docker?.User?.Split(':') ?? [];
        if (user.Length > 0 && long.TryParse(user[0], out var id)) security["runAsUser"] = id;
        if (user.Length > 1 && long.TryParse(user[1], out var group)) security["runAsGroup"] = group;
        security["seccompProfile"] = new KubernetesObject { ["type"] = "RuntimeDefault" };
        return security;
    }

    /// <summary>What an engine mounts: <c>/tmp</c> in memory over a root that cannot be written; volumes, which here somebody claims beforehand by the same name.</summary>
    private static IEnumerable<(string Name, string Path, string Kind, KubernetesObject Source)> Volumes(DockerSpec? docker)
    {
        if (docker is null) yield break;
        if (docker.ReadOnly && !docker.Volumes.Values.Contains("/tmp")) yield return ("tmp-in-memory", "/tmp", "emptyDir", new KubernetesObject { ["medium"] = "Memory" });
        foreach (var (volume, path) in docker.Volumes)
            yield return (ClaimOf(volume), path, "persistentVolumeClaim", new KubernetesObject { ["claimName"] = ClaimOf(volume) });
    }

    private static KubernetesObject ObjectOf(IReadOnlyDictionary<string, string> pairs)
    {
        var made = new KubernetesObject();
        foreach (var (name, value) in pairs.OrderBy(p => p.Key, StringComparer.Ordinal)) made[name] = value;
        return made;
    }

    private static string ClaimOf(string volume) => volume.ToLowerInvariant().Replace('_', '-').Replace('.', '-').Trim('-');

    private static IReadOnlyList<string> Command(Manifest manifest) => manifest.Docker?.Command ?? [];

    private static IEnumerable<KubernetesObject> Environment(Manifest manifest, int port)
    {
        yield return new KubernetesObject { ["name"] = "PORT", ["value"] = $"{port}" };
        foreach (var (name, value) in (manifest.Docker?.Env ?? manifest.Process?.Env ?? new Dictionary<string, string>()).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            yield return value.StartsWith("secret://", StringComparison.Ordinal)
                ? new KubernetesObject
                {
                    ["name"] = name,
                    ["valueFrom"] = new KubernetesObject { ["secretKeyRef"] = new KubernetesObject { ["name"] = value["secret://".Length..], ["key"] = "value" } },
                }
                : new KubernetesObject { ["name"] = name, ["value"] = value };
        }
    }

    private static KubernetesObject Limits(ResourceSpec resources)
    {
        var limits = new KubernetesObject();
        if (resources.Cpu is { } cores) limits["cpu"] = $"{Math.Ceiling(cores * 1000)}m";
        if (resources.MemoryBytes is { } bytes) limits["memory"] = $"{(bytes + 1023) / 1024}Ki";
        return limits;
    }

    private static KubernetesObject Probe(Manifest manifest, int period, int failures) => new()
    {
        ["httpGet"] = new KubernetesObject { ["path"] = manifest.Health.Path, ["port"] = "http" },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = Seconds(manifest.Health.Timeout),
        ["failureThreshold"] = Math.Max(1, failures),
    };

    private static KubernetesObject Autoscaler(Manifest manifest) => new()
    {
        ["scaleTargetRef"] = new KubernetesObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = manifest.Name },
        ["minReplicas"] = Math.Max(1, manifest.Scaling.Min),
        ["maxReplicas"] = Math.Max(1, manifest.Scaling.Max),
        ["metrics"] = manifest.Scaling.Metrics.Select(Metric).ToArray(),
        ["behavior"] = new KubernetesObject { ["scaleUp"] = Behavior(manifest.Scaling.Behavior.ScaleUp), ["scaleDown"] = Behavior(manifest.Scaling.Behavior.ScaleDown) },
    };

    private static bool IsResource(string metric) => metric is "cpu" or "memory";

    private static KubernetesObject Metric(MetricTarget metric) => IsResource(metric.Name)
        ? new()
        {
            ["type"] = "Resource",
            ["resource"] = new KubernetesObject
            {
                ["name"] = metric.Name,
                ["target"] = new KubernetesObject { ["type"] = "Utilization", ["averageUtilization"] = (int)Math.Round(metric.Target * 100) },
            },
        }
        : metric.Source is not null ? OfAdapter("External", metric) : OfAdapter("Pods", metric);

    private static KubernetesObject OfAdapter(string type, MetricTarget metric) => new()
    {
        ["type"] = type,
        [type.ToLowerInvariant()] = new KubernetesObject
        {
            ["metric"] = new KubernetesObject { ["name"] = metric.Name },
            ["target"] = new KubernetesObject { ["type"] = "AverageValue", ["averageValue"] = $"{Math.Ceiling(metric.Target * 1000)}m" },
        },
    };

    private static KubernetesObject Behavior(ScalingRules rules) => new()
    {
        ["stabilizationWindowSeconds"] = (int)rules.StabilizationWindow.TotalSeconds,
        ["selectPolicy"] = rules.SelectPolicy,
        ["policies"] = rules.Policies.Select(p => new KubernetesObject
        {
            ["type"] = p.Type == "Replicas" ? "Pods" : "Percent",
            ["value"] = p.Value,
            ["periodSeconds"] = Math.Clamp(Seconds(p.Period), 1, 1800),
        }).ToArray(),
    };

    private static KubernetesObject Ingress(Manifest manifest, KubernetesSettings settings)
    {
        var http = new KubernetesObject
        {
            ["paths"] = new[]
            {
                new KubernetesObject
                {
                    ["path"] = manifest.Traffic.PathPrefix,
                    ["pathType"] = "Prefix",
                    ["backend"] = new KubernetesObject
                    {
                        ["service"] = new KubernetesObject { ["name"] = manifest.Name, ["port"] = new KubernetesObject { ["name"] = "http" } },
                    },
                },
            },
        };
        var spec = new KubernetesObject();
        if (settings.IngressClass is { } name) spec["ingressClassName"] = name;
        spec["rules"] = manifest.Traffic.Hosts.Count == 0
            ? [new KubernetesObject { ["http"] = http }]
            : manifest.Traffic.Hosts.Select(host => new KubernetesObject { ["host"] = host, ["http"] = http }).ToArray();
        return spec;
    }

    /// <summary>Kubernetes counts in whole seconds, from one.</summary>
    private static int Seconds(TimeSpan span) => Math.Max(1, (int)Math.Ceiling(span.TotalSeconds));
}

/// <summary>An object of Kubernetes's, or a part of one: members in the order in which they are written.</summary>
internal sealed class KubernetesObject : Dictionary<string, object>;
