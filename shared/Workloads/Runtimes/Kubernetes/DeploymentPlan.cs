using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using Platform.Workloads.Runtimes.Logs;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>
/// What is asked of the cluster for a replica: a Deployment of one pod. It is the platform that counts, drains and replaces; what the
/// Deployment is for is that its pod belongs to somebody, so that nodes can be drained and scaled away as with any other.
/// </summary>
/// <param name="Deployment">The Deployment.</param>
/// <param name="Secrets">What it must not say openly: Secrets, to be made as its own before it has a pod.</param>
internal sealed record DeploymentPlan(JsonObject Deployment, IReadOnlyList<JsonObject> Secrets)
{
    /// <summary>The one container of a replica's pod.</summary>
    public const string Container = "app";

    /// <summary>Labels by which the API selects. The markers themselves are annotations: not all of them can be labels.</summary>
    public const string ManagedBy = "app.kubernetes.io/managed-by", Instance = "app.kubernetes.io/instance", ApplicationName = "app.kubernetes.io/name", Version = "app.kubernetes.io/version";

    public const string Us = "platform";

    private const string RegistrySuffix = "-registry";

    /// <summary>Two attempts are two Deployments, one attempt is never two. Who it is, its annotations say.</summary>
    public static string NameOf(string replica, long generation)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{replica} {generation}")));
        return "platform-" + Convert.ToHexStringLower(hash.AsSpan(0, 12));
    }

    /// <exception cref="ReplicaStartException">A secret it refers to cannot be had.</exception>
    public static DeploymentPlan Of(ReplicaSpec spec, DockerSpec docker, KubernetesSpec kubernetes, ISecrets secrets)
    {
        var inside = spec.Manifest.Port == 0 ? spec.Port : spec.Manifest.Port;
        var markers = Markers.Of(spec) with { Port = inside };
        var name = NameOf(spec.Id, spec.Generation);
        var (plain, secret) = Environment(docker, secrets);
        var made = new List<JsonObject>();
        if (secret.Count > 0) made.Add(SecretOf(name, "Opaque", secret));
        if (docker.Registry is { } registry) made.Add(SecretOf(name + RegistrySuffix, "kubernetes.io/dockerconfigjson", new Dictionary<string, string> { [".dockerconfigjson"] = RegistryConfig(docker.Image, registry, secrets) }));
        var deployment = new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = Metadata(name, spec, markers),
            ["spec"] = new JsonObject
            {
                // Its pod would wait, a while longer each time, for secrets that are not there yet.
                ["replicas"] = made.Count == 0 ? 1 : 0,
                ["revisionHistoryLimit"] = 0,
                ["strategy"] = new JsonObject { ["type"] = "Recreate" },
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [Instance] = name } },
                ["template"] = new JsonObject
                {
                    ["metadata"] = Metadata(null, spec, markers),
                    ["spec"] = Pod(spec, docker, kubernetes, inside, Variables(plain, secret.Keys, markers, name), docker.Registry is null ? null : name + RegistrySuffix),
                },
            },
        };
        return new DeploymentPlan(deployment, made);
    }

    private static JsonObject Metadata(string? name, ReplicaSpec spec, Markers markers)
    {
        var metadata = new JsonObject();
        if (name is not null) metadata["name"] = name;
        var labels = new JsonObject
        {
            [ManagedBy] = Us,
            [Instance] = NameOf(spec.Id, spec.Generation),
            [ApplicationName] = spec.Application,
            [ContainerLabels.Owner] = spec.Owner,
        };
        if (spec.Revision.Trim('.', '-', '_') is var version && Rules.IsLabelValue(version)) labels[Version] = version;
        metadata["labels"] = labels;
        metadata["annotations"] = Json.ObjectOf(ContainerLabels.Of(markers, ReplicaLog.PathOf(spec.Id, spec.LogDirectory)));
        return metadata;
    }

    private static JsonObject Pod(ReplicaSpec spec, DockerSpec docker, KubernetesSpec kubernetes, int port, JsonArray env, string? pullSecret)
    {
        var container = new JsonObject { ["name"] = Container, ["image"] = docker.Image };
        if (docker.Command.Count > 0) container["args"] = new JsonArray([.. docker.Command.Select(a => (JsonNode)a)]);
        container["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = port });
        container["env"] = env;
        if (Limits(spec.Manifest.Resources) is { Count: > 0 } limits) container["resources"] = new JsonObject { ["requests"] = limits, ["limits"] = limits.DeepClone() };
        container["readinessProbe"] = Probe(spec.Manifest.Health);
        container["securityContext"] = Security(docker, kubernetes);
        // A program that ends without a word in /dev/termination-log is quoted from its output.
        container["terminationMessagePolicy"] = "FallbackToLogsOnError";
        var pod = new JsonObject
        {
            ["containers"] = new JsonArray(container),
            // Should the cluster itself end it: time for the platform to notice, and for requests to finish.
            ["terminationGracePeriodSeconds"] = Seconds(spec.Manifest.Traffic.DrainTimeout) + 10,
            ["enableServiceLinks"] = false,
            ["automountServiceAccountToken"] = kubernetes.ServiceAccount is not null,
            ["securityContext"] = new JsonObject { ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" } },
            // The cluster's own five minutes are long for a node that is gone.
            ["tolerations"] = new JsonArray(Toleration("not-ready"), Toleration("unreachable")),
        };
        if (kubernetes.ServiceAccount is { } account) pod["serviceAccountName"] = account;
        if (kubernetes.NodeSelector.Count > 0) pod["nodeSelector"] = Json.ObjectOf(kubernetes.NodeSelector);
        if (pullSecret is not null) pod["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = pullSecret });
        Mount(pod, container, docker);
        return pod;
    }

    /// <summary>A volume is a claim of that name, which somebody has made.</summary>
    private static void Mount(JsonObject pod, JsonObject container, DockerSpec docker)
    {
        var (volumes, mounts) = (new JsonArray(), new JsonArray());
        void Add(string name, string path, string kind, JsonObject what)
        {
            volumes.Add(new JsonObject { ["name"] = name, [kind] = what });
            mounts.Add(new JsonObject { ["name"] = name, ["mountPath"] = path });
        }

        if (docker.ReadOnly) Add("tmp", "/tmp", "emptyDir", new JsonObject { ["medium"] = "Memory" });
        foreach (var (claim, path) in docker.Volumes) Add($"volume-{volumes.Count}", path, "persistentVolumeClaim", new JsonObject { ["claimName"] = claim });
        if (volumes.Count == 0) return;
        (pod["volumes"], container["volumeMounts"]) = (volumes, mounts);
    }

    private static JsonObject Security(DockerSpec docker, KubernetesSpec kubernetes)
    {
        var security = new JsonObject { ["allowPrivilegeEscalation"] = false, ["readOnlyRootFilesystem"] = docker.ReadOnly };
        if (docker.User?.Split(':') is { } user)
        {
            security["runAsUser"] = long.Parse(user[0], CultureInfo.InvariantCulture);
            if (user.Length > 1) security["runAsGroup"] = long.Parse(user[1], CultureInfo.InvariantCulture);
        }

        if (kubernetes.Restricted)
        {
            security["runAsNonRoot"] = true;
            security["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") };
        }

        return security;
    }

    private static JsonObject Probe(HealthSpec health) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = health.Path, ["port"] = "http" },
        ["periodSeconds"] = Seconds(health.Interval),
        ["timeoutSeconds"] = Seconds(health.Timeout),
        ["failureThreshold"] = health.UnhealthyAfter,
    };

    private static JsonObject Toleration(string what) => new()
    {
        ["key"] = $"node.kubernetes.io/{what}",
        ["operator"] = "Exists",
        ["effect"] = "NoExecute",
        ["tolerationSeconds"] = 30,
    };

    private static JsonObject Limits(ResourceSpec resources)
    {
        var limits = new JsonObject();
        if (resources.Cpu is { } cores) limits["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(cores * 1000)}m");
        if (resources.MemoryBytes is { } bytes) limits["memory"] = bytes.ToString(CultureInfo.InvariantCulture);
        return limits;
    }

    private static (Dictionary<string, string> Plain, Dictionary<string, string> Secret) Environment(DockerSpec docker, ISecrets secrets)
    {
        var (plain, secret) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (name, value) in docker.Env)
        {
            var known = SecretValue.Of($"docker.env.{name}", value, secrets);
            (Rules.IsSecretReference(value) ? secret : plain)[name] = known;
        }

        return (plain, secret);
    }

    private static JsonArray Variables(Dictionary<string, string> plain, IEnumerable<string> secret, Markers markers, string secretName)
    {
        var variables = new JsonArray();
        // "$(NAME)" in a value would be replaced by another variable's.
        foreach (var (name, value) in plain.Concat(markers.Variables())) variables.Add(new JsonObject { ["name"] = name, ["value"] = value.Replace("$(", "$$(", StringComparison.Ordinal) });
        foreach (var name in secret)
            variables.Add(new JsonObject { ["name"] = name, ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = secretName, ["key"] = name } } });
        return variables;
    }

    private static JsonObject SecretOf(string name, string type, Dictionary<string, string> data) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { [ManagedBy] = Us } },
        ["type"] = type,
        ["immutable"] = true,
        ["data"] = Json.ObjectOf(data.Select(d => KeyValuePair.Create(d.Key, Convert.ToBase64String(Encoding.UTF8.GetBytes(d.Value))))),
    };

    private static string RegistryConfig(string image, RegistrySpec registry, ISecrets secrets)
    {
        var password = SecretValue.Of("docker.registry.password", registry.Password, secrets);
        return new JsonObject
        {
            ["auths"] = new JsonObject
            {
                [ImageReference.Parse(image).Registry] = new JsonObject
                {
                    ["username"] = registry.Username,
                    ["password"] = password,
                    ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{registry.Username}:{password}")),
                },
            },
        }.ToJsonString();
    }

    private static long Seconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
}
