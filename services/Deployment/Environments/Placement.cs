using Platform.Workloads.Manifests;

namespace Platform.Deployment.Environments;

/// <summary>
/// How one application exists in several environments of one platform: under a name and hosts of its own in each.
/// <code>
///                  production           staging                        development
/// name             shop                 shop-staging                   shop-development
/// hosts: [a.org]   a.org                staging.a.org                  development.a.org
/// hosts: []        whatever is left     shop.staging.localhost         shop.development.localhost
/// </code>
/// Only what is placed is renamed: a manifest that is deployed without naming an environment beside it keeps its name and its hosts.
/// </summary>
internal static class Placement
{
    private const int LongestName = 63;

    /// <summary>The application's name in an environment.</summary>
    public static string NameOf(string name, string? environment) => environment is null || environment == Last ? name : $"{name}-{environment}";

    /// <summary>The manifest as it holds in an environment; null names none, and changes nothing.</summary>
    public static Manifest Place(Manifest manifest, string? environment) => environment is null ? manifest : manifest with
    {
        Name = NameOf(manifest.Name, environment),
        Environment = environment,
        Traffic = environment == Last ? manifest.Traffic : manifest.Traffic with { Hosts = HostsOf(manifest, environment) },
    };

    /// <summary>Why a manifest cannot be placed; null: it can.</summary>
    public static string? Problem(Manifest manifest, string environment) =>
        !ManifestReader.Environments.Contains(environment) ? $"environment: expected one of {string.Join(", ", ManifestReader.Environments)}, found '{environment}'"
        : NameOf(manifest.Name, environment) is { Length: > LongestName } name ? $"name: in {environment} the application would be called {name}, which is longer than {LongestName} characters"
        : null;

    /// <summary>The environment before another one; null: it is the first, or none.</summary>
    public static string? Before(string environment) => Rank(environment) is > 0 and var rank ? ManifestReader.Environments[rank - 1] : null;

    /// <summary>An environment's place in the order of promotion, from 0; -1: there is none of that name.</summary>
    public static int Rank(string environment) => ManifestReader.Environments.ToList().IndexOf(environment);

    private static string Last => ManifestReader.Environments[^1];

    private static IReadOnlyList<string> HostsOf(Manifest manifest, string environment) => manifest.Traffic.Hosts.Count == 0
        ? [$"{manifest.Name}.{environment}.localhost"]
        : [.. manifest.Traffic.Hosts.Select(h => h.StartsWith("*.", StringComparison.Ordinal) ? $"*.{environment}.{h[2..]}" : $"{environment}.{h}")];
}
