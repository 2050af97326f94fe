namespace Platform.HealthMonitor.ReadModel;

/// <summary>An application as the events tell.</summary>
internal sealed record ApplicationRow
{
    public string Name { get; init; } = "";

    public string? StableRevision { get; init; }

    /// <summary>Replicas wanted; 0: not known yet.</summary>
    public int Wanted { get; init; }

    /// <summary>Weight by revision, JSON.</summary>
    public string Weights { get; init; } = "{}";

    public Guid? Rollout { get; init; }

    public DateTimeOffset ChangedAt { get; init; }
}

/// <summary>A replica as the events tell.</summary>
internal sealed record ReplicaRow
{
    public string Id { get; init; } = "";

    public string Application { get; init; } = "";

    public string Revision { get; init; } = "";

    /// <summary><c>starting</c>, <c>ready</c>, <c>unhealthy</c>, <c>draining</c>, <c>stopped</c>, <c>failed</c>.</summary>
    public string State { get; init; } = "";

    public string? Address { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public int Restarts { get; init; }

    public DateTimeOffset ChangedAt { get; init; }
}

/// <summary>A rollout as the events tell.</summary>
internal sealed record RolloutRow
{
    public Guid Id { get; init; }

    public string Application { get; init; } = "";

    public string Revision { get; init; } = "";

    public string? StableRevision { get; init; }

    public string Strategy { get; init; } = "";

    public string RequestedBy { get; init; } = "";

    /// <summary>The step under way, or <c>completed</c>, <c>failed</c>, <c>rolledBack</c>.</summary>
    public string State { get; init; } = "";

    public string Message { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its steps and where it stands among them, JSON; null: not told yet.</summary>
    public string? Course { get; init; }
}

/// <summary>A service of the platform as it reported last.</summary>
internal sealed record ServiceRow
{
    /// <summary>Reports missed before a service counts as down.</summary>
    private const int Missed = 3;

    public string Instance { get; init; } = "";

    public string Service { get; init; } = "";

    public string Address { get; init; } = "";

    public string Version { get; init; } = "";

    public bool Ready { get; init; }

    /// <summary>JSON.</summary>
    public string WaitingFor { get; init; } = "[]";

    public TimeSpan ReportInterval { get; init; }

    public DateTimeOffset ReportedAt { get; init; }

    public DateTimeOffset Since { get; init; }

    public bool IsDown(DateTimeOffset now) => now - ReportedAt > ReportInterval * Missed;
}
