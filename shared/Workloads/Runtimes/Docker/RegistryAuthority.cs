using System.Text.Json;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>Who asks the registry, in the header in which the engine wants it.</summary>
internal static class RegistryAuthority
{
    /// <summary>Nothing where the manifest names nobody.</summary>
    /// <exception cref="ReplicaStartException">The password's secret cannot be had.</exception>
    public static IReadOnlyDictionary<string, string> Headers(DockerSpec docker, ISecrets secrets)
    {
        if (docker.Registry is not { } registry) return new Dictionary<string, string>();
        var authority = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["username"] = registry.Username,
            ["password"] = SecretValue.Of("docker.registry.password", registry.Password, secrets),
            ["serveraddress"] = ImageReference.Parse(docker.Image).Registry,
        });
        return new Dictionary<string, string> { ["X-Registry-Auth"] = Convert.ToBase64String(authority).Replace('+', '-').Replace('/', '_') };
    }
}
