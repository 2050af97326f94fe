using System.Globalization;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Logs;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>What is asked of the engine for a replica.</summary>
internal static class ContainerPlan
{
    public const string HostNetwork = "host";

    private const string Loopback = "127.0.0.1";

    /// <summary>A replica's container by name: two attempts are two containers, one attempt is never two.</summary>
    public static string NameOf(ReplicaSpec spec) => string.Create(CultureInfo.InvariantCulture, $"platform-{spec.Id}.{spec.Generation}");

    /// <exception cref="ReplicaStartException">A secret it refers to cannot be had.</exception>
    public static ContainerRequest Of(ReplicaSpec spec, DockerSpec docker, ISecrets secrets)
    {
        var markers = Markers.Of(spec);
        // In a network of its own the container may listen on the port its image is built for; on the host's it must take the one it is given.
        var inside = docker.Network == HostNetwork || spec.Manifest.Port == 0 ? spec.Port : spec.Manifest.Port;
        var exposed = string.Create(CultureInfo.InvariantCulture, $"{inside}/tcp");
        var isPublished = docker.Network != HostNetwork;
        return new ContainerRequest
        {
            Image = docker.Image,
            Cmd = docker.Command.Count > 0 ? docker.Command : null,
            Env = [.. Environment(docker, markers with { Port = inside }, secrets)],
            User = docker.User,
            Labels = ContainerLabels.Of(markers, ReplicaLog.PathOf(spec.Id, spec.LogDirectory)),
            ExposedPorts = isPublished ? new Dictionary<string, object> { [exposed] = new() } : [],
            // The platform asks for health itself, as the manifest says; an image's own check would only cost.
            Healthcheck = new HealthcheckRequest(["NONE"]),
            HostConfig = new HostConfig
            {
                NetworkMode = docker.Network,
                PortBindings = isPublished
                    ? new Dictionary<string, IReadOnlyList<PortBinding>> { [exposed] = [new PortBinding(Loopback, spec.Port.ToString(CultureInfo.InvariantCulture))] }
                    : new Dictionary<string, IReadOnlyList<PortBinding>>(),
                NanoCpus = spec.Manifest.Resources.Cpu is { } cores ? (long)(cores * 1e9) : null,
                Memory = spec.Manifest.Resources.MemoryBytes,
                // The same for both: no swap beside the limit.
                MemorySwap = spec.Manifest.Resources.MemoryBytes,
                // Replicas are started again by the platform, with its back-off and its record; two who do that would double them.
                RestartPolicy = new RestartPolicy("no"),
                // A first process that passes signals on and reaps: most programs are not written to be process 1.
                Init = true,
                ReadonlyRootfs = docker.ReadOnly,
                Mounts = docker.Volumes.Count > 0 ? [.. docker.Volumes.Select(v => new MountRequest("volume", v.Value, v.Key))] : null,
                Tmpfs = docker.ReadOnly ? new Dictionary<string, string> { ["/tmp"] = "" } : null,
                SecurityOpt = ["no-new-privileges:true"],
                LogConfig = new LogConfig("json-file", new Dictionary<string, string> { ["max-size"] = "10m", ["max-file"] = "2" }),
            },
        };
    }

    private static IEnumerable<string> Environment(DockerSpec docker, Markers markers, ISecrets secrets)
    {
        foreach (var (name, value) in docker.Env) yield return $"{name}={SecretValue.Of($"docker.env.{name}", value, secrets)}";
        foreach (var (name, value) in markers.Variables()) yield return $"{name}={value}";
    }
}
