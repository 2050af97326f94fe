namespace Platform.Deployment.Applications;

/// <summary>An application: what serves, how much of it, and who is changing it.</summary>
internal sealed record ApplicationRow
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>The revision that serves; null before the first rollout has completed.</summary>
    public string? StableRevision { get; init; }
    /// <summary>The one before, for a rollback that names none.</summary>
    public string? PreviousRevision { get; init; }
    /// <summary>Replicas wanted of the stable revision.</summary>
    public required int Wanted { get; init; }
    /// <summary>The rollout that holds the application; null: none.</summary>
    public Guid? Rollout { get; init; }
    /// <summary>See <see cref="ApplicationStates"/>.</summary>
    public required string State { get; init; }
}

/// <summary>What an application is at.</summary>
internal static class ApplicationStates
{
    /// <summary>It exists.</summary>
    public const string Present = "present";
    /// <summary>Its replicas are draining; it is forgotten when they are gone.</summary>
    public const string Removing = "removing";
    /// <summary>Only its history is left.</summary>
    public const string Removed = "removed";
}

/// <summary>A revision, kept with its manifest so that it can be returned to.</summary>
internal sealed record RevisionRow
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision's name.</summary>
    public required string Name { get; init; }
    /// <summary>YAML text.</summary>
    public required string Manifest { get; init; }
    /// <summary>SHA-256 of the manifest.</summary>
    public required string Digest { get; init; }
    /// <summary>When it was first deployed.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Who deployed it first.</summary>
    public required string CreatedBy { get; init; }
    /// <summary>True: a rollout to it has completed at least once.</summary>
    public required bool Served { get; init; }
    /// <summary>The environment it was placed into; null: the manifest's, under the manifest's own name.</summary>
    public string? Environment { get; init; }
    /// <summary>What held, when it was first deployed, where the manifest says nothing: JSON; null: kept by an earlier version of the platform.</summary>
    public string? Defaults { get; init; }
}

/// <summary>What should run of a revision, and its share of the traffic.</summary>
internal sealed record TargetRow
{
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>Replicas.</summary>
    public required int Wanted { get; init; }
    /// <summary>Share of the traffic, relative to the sum.</summary>
    public required int Weight { get; init; }
    /// <summary>Share of the requests that it gets a copy of, in percent.</summary>
    public int Mirror { get; init; }
    /// <summary>When it ends; null: when somebody says so.</summary>
    public DateTimeOffset? Until { get; init; }
    /// <summary>Replicas that failed since one was well for a while.</summary>
    public required int Failures { get; init; }
    /// <summary>No start before this.</summary>
    public DateTimeOffset? NextStartAt { get; init; }
}

/// <summary>What should run of a revision, as somebody states it.</summary>
/// <param name="Wanted">Replicas.</param>
/// <param name="Weight">Share of the traffic, relative to the sum.</param>
/// <param name="Mirror">Share of the requests that it gets a copy of, in percent.</param>
internal sealed record Share(int Wanted, int Weight, int Mirror = 0)
{
    /// <summary>When it ends by itself; null: never.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Names of what runs. A revision may run twice: as itself, and as a fresh baseline to compare another one with.</summary>
internal static class RevisionNames
{
    private const string BaselineSuffix = "+baseline";

    /// <summary>The fresh baseline of a revision. No manifest can give a revision such a name.</summary>
    public static string Baseline(string revision) => revision + BaselineSuffix;

    /// <summary>The revision whose manifest it runs by.</summary>
    public static string Source(string name) => name.EndsWith(BaselineSuffix, StringComparison.Ordinal) ? name[..^BaselineSuffix.Length] : name;
}
