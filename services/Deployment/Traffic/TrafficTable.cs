using Platform.Contracts.Traffic;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Traffic;

/// <summary>A revision's part in the routing table.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Weight">Its share, relative to the sum.</param>
/// <param name="Replicas">Its replicas that serve.</param>
internal sealed record RevisionShare(string Revision, int Weight, IReadOnlyList<ReplicaAddress> Replicas)
{
    /// <summary>Share of the others' requests that it gets a copy of, in percent.</summary>
    public int Mirror { get; init; }
    /// <summary>Whether writes are copied too.</summary>
    public bool MirrorWrites { get; init; }
    /// <summary>Requests that go to it whatever the weights.</summary>
    public IReadOnlyList<RouteRule> Rules { get; init; } = [];
    /// <summary>Clients that met it keep meeting it.</summary>
    public bool Sticky { get; init; }
}

/// <summary>How an application is reached: the manifest's traffic section.</summary>
internal sealed record RouteSettings
{
    /// <summary>Through what clients come.</summary>
    public string Router { get; init; } = RouterNames.Gateway;
    /// <summary>Host names; empty: any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary>Path prefix.</summary>
    public string PathPrefix { get; init; } = "/";
    /// <summary>How a replica is chosen.</summary>
    public string LoadBalancing { get; init; } = "leastRequests";
    /// <summary>How long streams of a replica that leaves may go on.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Path of the health checks.</summary>
    public string? HealthPath { get; init; }
}

/// <summary>Computes routing tables. Pure.</summary>
internal static class TrafficTable
{
    /// <summary>The table that the wanted shares and the serving replicas lead to.</summary>
    /// <param name="application">The application.</param>
    /// <param name="generation">The generation it would get.</param>
    /// <param name="settings">The manifest's traffic section.</param>
    /// <param name="shares">Revisions with a share or with replicas; those with neither are left out.</param>
    public static RouteTable Compute(string application, long generation, RouteSettings settings, IReadOnlyList<RevisionShare> shares) => new()
    {
        Application = application,
        Generation = generation,
        Router = settings.Router,
        Hosts = settings.Hosts,
        PathPrefix = settings.PathPrefix,
        LoadBalancing = settings.LoadBalancing,
        DrainTimeout = settings.DrainTimeout,
        HealthPath = settings.HealthPath,
        Rules = [.. shares.OrderBy(s => s.Revision, StringComparer.Ordinal).SelectMany(s => s.Rules)],
        Sticky = shares.FirstOrDefault(s => s is { Sticky: true, Weight: > 0 })?.Revision,
        Revisions =
        [
            .. shares
                .Where(s => s.Weight > 0 || s.Replicas.Count > 0)
                .OrderBy(s => s.Revision, StringComparer.Ordinal)
                .Select(s => new RevisionRoute
                {
                    Revision = s.Revision,
                    Weight = s.Weight,
                    Mirror = s.Mirror,
                    MirrorWrites = s.MirrorWrites,
                    Replicas = [.. s.Replicas.OrderBy(r => r.Id, StringComparer.Ordinal)],
                }),
        ],
    };

    /// <summary>The table by which the gateway forgets the application.</summary>
    public static RouteTable Removed(string application, long generation) => new()
    {
        Application = application,
        Generation = generation,
        Removed = true,
        Revisions = [],
    };

    /// <summary>True: the two tables route alike, whatever their generations.</summary>
    public static bool RoutesAlike(RouteTable one, RouteTable other) =>
        one.Removed == other.Removed
        && one.Router == other.Router
        && one.PathPrefix == other.PathPrefix
        && one.LoadBalancing == other.LoadBalancing
        && one.DrainTimeout == other.DrainTimeout
        && one.HealthPath == other.HealthPath
        && one.Hosts.SequenceEqual(other.Hosts)
        && one.Sticky == other.Sticky
        && one.Rules.SequenceEqual(other.Rules)
        && one.Revisions.Count == other.Revisions.Count
        && one.Revisions.Zip(other.Revisions).All(pair =>
            pair.First.Revision == pair.Second.Revision
            && pair.First.Weight == pair.Second.Weight
            && pair.First.Mirror == pair.Second.Mirror
            && pair.First.MirrorWrites == pair.Second.MirrorWrites
            && pair.First.Replicas.SequenceEqual(pair.Second.Replicas));

    /// <summary>The ids of all replicas in a table.</summary>
    public static IReadOnlySet<string> Replicas(RouteTable table) =>
        table.Revisions.SelectMany(r => r.Replicas).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
}
