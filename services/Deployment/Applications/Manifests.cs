using System.Collections.Concurrent;
using Platform.Deployment.Traffic;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Applications;

/// <summary>The manifests of kept revisions, read once each.</summary>
internal sealed class Manifests
{
    private const int Kept = 1024;
    private readonly ConcurrentDictionary<string, Manifest> _byDigest = new(StringComparer.Ordinal);

    /// <summary>The manifest of a kept revision; null: it is not kept, or no longer valid for this version of the platform.</summary>
    public async Task<Manifest?> FindAsync(Reader reader, string application, string revision) =>
        await reader.RevisionAsync(application, RevisionNames.Source(revision)) is { } row ? Read(row) : null;

    /// <summary>How the gateway reaches what a manifest describes.</summary>
    public static RouteSettings RouteOf(Manifest manifest) => new()
    {
        Hosts = manifest.Traffic.Hosts,
        PathPrefix = manifest.Traffic.PathPrefix,
        LoadBalancing = manifest.Traffic.LoadBalancing,
        DrainTimeout = manifest.Traffic.DrainTimeout,
        HealthPath = manifest.Health.Path,
    };

    private Manifest? Read(RevisionRow row)
    {
        if (_byDigest.TryGetValue(row.Digest, out var known)) return known;
        if (ManifestReader.Read(row.Manifest, baseDirectory: null).Manifest is not { } manifest) return null;
        if (_byDigest.Count >= Kept) _byDigest.Clear();
        return _byDigest[row.Digest] = manifest;
    }
}
