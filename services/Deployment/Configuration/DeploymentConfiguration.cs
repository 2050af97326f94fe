using Platform.Workloads.Manifests;

namespace Platform.Deployment.Configuration;

/// <summary>What people set while the service runs: one document, every change of which is a version.</summary>
internal sealed record DeploymentConfiguration
{
    /// <summary>What holds in which environment.</summary>
    public EnvironmentSet Environments { get; init; } = new();
    /// <summary>Revisions, counted back from the present one, that may be returned to at once and unanalysed, 0 to 100. Default: <c>Deployment:RollbackWindow</c>.</summary>
    public int RollbackWindow { get; init; } = 3;
    /// <summary>How long history is kept.</summary>
    public RetentionSettings Retention { get; init; } = new();
    /// <summary>What replicas cost, for the report.</summary>
    public PriceSettings Prices { get; init; } = new();
}

/// <summary>The environments, each with its built-in settings until somebody changes them.</summary>
internal sealed record EnvironmentSet
{
    /// <summary>1 to 2 replicas, no automatic scaling, nothing is analysed.</summary>
    public EnvironmentSettings Development { get; init; } = EnvironmentSettings.Of(ManifestDefaults.Of("development"));
    /// <summary>2 to 5 replicas.</summary>
    public EnvironmentSettings Staging { get; init; } = EnvironmentSettings.Of(ManifestDefaults.Of("staging"));
    /// <summary>3 to 20 replicas.</summary>
    public EnvironmentSettings Production { get; init; } = EnvironmentSettings.Of(ManifestDefaults.Of("production"));

    /// <summary>The settings of an environment; null: there is none of that name.</summary>
    public EnvironmentSettings? Find(string name) => name switch
    {
        "development" => Development,
        "staging" => Staging,
        "production" => Production,
        _ => null,
    };

    /// <summary>The same with other settings for one of them.</summary>
    public EnvironmentSet With(string name, EnvironmentSettings settings) => name switch
    {
        "development" => this with { Development = settings },
        "staging" => this with { Staging = settings },
        _ => this with { Production = settings },
    };
}

/// <summary>What holds in an environment. Replicas, autoscaling and judge are defaults: a manifest that says something itself keeps it.</summary>
internal sealed record EnvironmentSettings
{
    /// <summary>Replicas where a manifest says neither <c>scaling.min</c> nor <c>scaling.max</c>.</summary>
    public ReplicaRange Replicas { get; init; } = new();
    /// <summary>False: a manifest's metrics are acted on only where it says <c>scaling.automatic: true</c>. Default true.</summary>
    public bool Autoscaling { get; init; } = true;
    /// <summary>The judge where a manifest names none; null (default): the strategy's own.</summary>
    public string? Judge { get; init; }
    /// <summary>Who has to say yes before the traffic shifts.</summary>
    public ApprovalSettings Approval { get; init; } = new();
    /// <summary>When no rollout begins.</summary>
    public IReadOnlyList<FreezeWindow> Freezes { get; init; } = [];

    /// <summary>The settings that are built in.</summary>
    public static EnvironmentSettings Of(ManifestDefaults defaults) => new()
    {
        Replicas = new ReplicaRange { Min = defaults.MinReplicas, Max = defaults.MaxReplicas },
        Autoscaling = defaults.Autoscaling,
        Judge = defaults.Judge,
    };

    /// <summary>What a manifest's reader has to know of it.</summary>
    public ManifestDefaults Defaults() => new() { MinReplicas = Replicas.Min, MaxReplicas = Replicas.Max, Autoscaling = Autoscaling, Judge = Judge };
}

/// <summary>From so many replicas to so many.</summary>
internal sealed record ReplicaRange
{
    /// <summary>Fewest, 0 to 1,000. Default 1.</summary>
    public int Min { get; init; } = 1;
    /// <summary>Most, 1 to 1,000. Default 10.</summary>
    public int Max { get; init; } = 10;
}

/// <summary>Approval of rollouts.</summary>
internal sealed record ApprovalSettings
{
    /// <summary>True: every rollout waits for one, whatever its manifest says. Rollbacks within the window do not. Default false: only where the manifest asks for it.</summary>
    public bool Required { get; init; }
    /// <summary>The least role that may approve: <c>operator</c> (default) or <c>admin</c>.</summary>
    public string Role { get; init; } = Hosting.Roles.Operator;
    /// <summary>Names of the keys that may approve; empty (default): every key with the role.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];
    /// <summary>True: who asked for a rollout may not approve it. Default false.</summary>
    public bool FourEyes { get; init; }
    /// <summary>A rollout that waits longer is given up. Default 1 day, 1 min to 30 days.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>
/// A time in which no rollout begins: either once, <c>from</c> … <c>to</c>, or every week, <c>days</c> with <c>begins</c> … <c>ends</c>
/// in <c>timeZone</c>. Rollbacks and aborts are never frozen.
/// </summary>
internal sealed record FreezeWindow
{
    /// <summary>Why, for those who wait.</summary>
    public required string Reason { get; init; }
    /// <summary>Once: its first moment.</summary>
    public DateTimeOffset? From { get; init; }
    /// <summary>Once: the first moment after it.</summary>
    public DateTimeOffset? To { get; init; }
    /// <summary>Weekly: the days on which it begins.</summary>
    public IReadOnlyList<DayOfWeek>? Days { get; init; }
    /// <summary>Weekly: time of the day, <c>16:30</c>. Default <c>00:00</c>.</summary>
    public string? Begins { get; init; }
    /// <summary>Weekly: time of the day; not after <c>begins</c>: of the next day. Default <c>24:00</c>.</summary>
    public string? Ends { get; init; }
    /// <summary>Weekly: whose clock, such as <c>Europe/Berlin</c>. Default <c>UTC</c>.</summary>
    public string? TimeZone { get; init; }
}

/// <summary>How long history is kept.</summary>
internal sealed record RetentionSettings
{
    /// <summary>Rollouts with their steps and evidence, the scaling history and ended replicas, from their end on. Default 180 days, 1 day to 10 years.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromDays(180);
}

/// <summary>What replicas cost. Without a price there is no cost in a report, only hours.</summary>
internal sealed record PriceSettings
{
    /// <summary>The currency, as three letters. Default <c>EUR</c>.</summary>
    public string Currency { get; init; } = "EUR";
    /// <summary>Of a replica that runs for an hour, whatever its size; null (default): not known.</summary>
    public decimal? ReplicaHour { get; init; }
    /// <summary>Of a core that a manifest reserves (<c>resources.cpu</c>) for an hour; null (default): not known.</summary>
    public decimal? CpuCoreHour { get; init; }
    /// <summary>Of a GiB that a manifest reserves (<c>resources.memory</c>) for an hour; null (default): not known.</summary>
    public decimal? MemoryGibHour { get; init; }
}
