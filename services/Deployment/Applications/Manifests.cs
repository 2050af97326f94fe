using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Deployment.Environments;
using Platform.Deployment.Traffic;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Applications;

/// <summary>The manifests of kept revisions, read once each.</summary>
internal sealed class Manifests
{
    private const int Kept = 1024;
    private readonly ConcurrentDictionary<(string Digest, string? Environment, string? Defaults), Manifest> _read = [];

    /// <summary>The manifest of a kept revision; null: it is not kept, or no longer valid for this version of the platform.</summary>
    public async Task<Manifest?> FindAsync(Reader reader, string application, string revision) =>
        await reader.RevisionAsync(application, RevisionNames.Source(revision)) is { } row ? Read(row) : null;

    /// <summary>How the gateway reaches what a manifest describes.</summary>
    public static RouteSettings RouteOf(Manifest manifest) => new()
    {
        Router = manifest.Traffic.Router,
        Hosts = manifest.Traffic.Hosts,
        PathPrefix = manifest.Traffic.PathPrefix,
        LoadBalancing = manifest.Traffic.LoadBalancing,
        DrainTimeout = manifest.Traffic.DrainTimeout,
        HealthPath = manifest.Health.Path,
    };

    private Manifest? Read(RevisionRow row)
    {
        var key = (row.Digest, row.Environment, row.Defaults);
        if (_read.TryGetValue(key, out var known)) return known;
        var defaults = row.Defaults is null ? ManifestDefaults.None : JsonSerializer.Deserialize<ManifestDefaults>(row.Defaults)!;
        if (ManifestReader.Read(row.Manifest, baseDirectory: null, _ => defaults).Manifest is not { } manifest) return null;
        if (_read.Count >= Kept) _read.Clear();
        return _read[key] = Placement.Place(manifest, row.Environment);
    }
}
