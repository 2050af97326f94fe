namespace Platform.Autoscaler.Anomalies.Causes;

/// <summary>Something that was done to an application, or happened to it, and may show in its metrics.</summary>
internal sealed record Change
{
    /// <summary>The rollout, command, replica or experiment.</summary>
    public required Guid Id { get; init; }

    public required string Application { get; init; }

    public required ChangeKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Of what lasts: its end; null: it has none, or is under way.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>In one sentence.</summary>
    public required string Description { get; init; }
}

/// <summary>Kinds of changes.</summary>
internal enum ChangeKind
{
    /// <summary>A new revision is shipped.</summary>
    Rollout,

    /// <summary>A revision was taken back.</summary>
    Rollback,

    /// <summary>The number of replicas changed.</summary>
    Scaling,

    /// <summary>Settings changed.</summary>
    Configuration,

    /// <summary>An experiment ran.</summary>
    Experiment,

    /// <summary>A replica died or became unhealthy.</summary>
    Replica,

    /// <summary>An alert was raised.</summary>
    Alert,
}
