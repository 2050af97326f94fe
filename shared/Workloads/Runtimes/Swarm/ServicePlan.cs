using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Swarm;

/// <summary>
/// What is asked of the Swarm for a replica: a service of one task that is never started again, so that it is the platform that counts,
/// drains and replaces, and the Swarm that finds a node with room.
/// </summary>
internal static class ServicePlan
{
    /// <summary>What a task has to end when its node is told to by the Swarm itself.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    /// <summary>A service's name has 63 characters at most, fewer than an application's and its revision's together: who it is, its labels say.</summary>
    public static string NameOf(string replica, long generation)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{replica} {generation}")));
        return "platform-" + Convert.ToHexStringLower(hash.AsSpan(0, 12));
    }

    /// <exception cref="ReplicaStartException">A secret it refers to cannot be had.</exception>
    public static ServiceRequest Of(ReplicaSpec spec, DockerSpec docker, ISecrets secrets)
    {
        // The same container as on one engine; the Swarm only has other words for it.
        var container = ContainerPlan.Of(spec, docker, secrets);
        var inside = docker.Network == ContainerPlan.HostNetwork || spec.Manifest.Port == 0 ? spec.Port : spec.Manifest.Port;
        return new ServiceRequest
        {
            Name = NameOf(spec.Id, spec.Generation),
            Labels = container.Labels,
            TaskTemplate = new TaskTemplate
            {
                ContainerSpec = new TaskContainer
                {
                    Image = container.Image,
                    Args = container.Cmd,
                    Env = container.Env,
                    User = container.User,
                    Labels = container.Labels,
                    Init = container.HostConfig.Init,
                    ReadOnly = container.HostConfig.ReadonlyRootfs,
                    Mounts = Mounts(container.HostConfig),
                    Healthcheck = container.Healthcheck,
                    StopGracePeriod = StopGrace.Ticks * 100,
                    Privileges = new TaskPrivileges(NoNewPrivileges: true),
                },
                Resources = new TaskResources(new TaskLimits(container.HostConfig.NanoCpus, container.HostConfig.Memory)),
                RestartPolicy = new TaskRestarts("none"),
                Networks = docker.Network == DockerSpec.DefaultNetwork ? null : [new TaskNetwork(docker.Network)],
                LogDriver = new TaskLog(container.HostConfig.LogConfig.Type, container.HostConfig.LogConfig.Config),
            },
            Mode = new ServiceMode(new Replicated(1)),
            EndpointSpec = new ServiceEndpoint(docker.Network == ContainerPlan.HostNetwork ? [] : [new ServicePort("tcp", inside, spec.Port, "host")]),
        };
    }

    /// <summary>On a Swarm memory is one of the mounts. A volume is its node's own.</summary>
    private static List<MountRequest> Mounts(HostConfig host) => [.. host.Mounts ?? [], .. (host.Tmpfs?.Keys ?? []).Select(path => new MountRequest("tmpfs", path))];
}
