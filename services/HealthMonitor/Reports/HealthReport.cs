using Platform.HealthMonitor.Live;

namespace Platform.HealthMonitor.Reports;

/// <summary>How well something is.</summary>
internal enum HealthStatus
{
    /// <summary>As it should be.</summary>
    Healthy,

    /// <summary>It works, but something needs attention.</summary>
    Degraded,

    /// <summary>Users are hurt.</summary>
    Unhealthy,
}

/// <summary>The whole platform at one moment: the answer of <c>GET /health/report</c>.</summary>
internal sealed record HealthReport
{
    public required DateTimeOffset At { get; init; }

    public required HealthStatus Overall { get; init; }

    public required IReadOnlyList<ServiceHealth> Services { get; init; }

    public required IReadOnlyList<ApplicationHealth> Applications { get; init; }

    /// <summary>All applications together.</summary>
    public required LiveFigures Performance { get; init; }

    public required IReadOnlyList<AlertView> ActiveAlerts { get; init; }

    /// <summary>What somebody should do, most urgent first; empty: nothing.</summary>
    public required IReadOnlyList<string> Recommendations { get; init; }

    /// <summary>When a metric last arrived; null: none since the start.</summary>
    public DateTimeOffset? MetricsAt { get; init; }
}

/// <summary>A service of the platform.</summary>
internal sealed record ServiceHealth
{
    public required string Service { get; init; }

    public required string Instance { get; init; }

    public required string Address { get; init; }

    public required string Version { get; init; }

    public required HealthStatus Status { get; init; }

    public required IReadOnlyList<string> WaitingFor { get; init; }

    public required DateTimeOffset ReportedAt { get; init; }

    public required DateTimeOffset Since { get; init; }
}

/// <summary>An application.</summary>
internal sealed record ApplicationHealth
{
    public required string Name { get; init; }

    public required HealthStatus Status { get; init; }

    /// <summary>Why it is not healthy; empty: it is.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    public string? StableRevision { get; init; }

    public required int WantedReplicas { get; init; }

    public required int ReadyReplicas { get; init; }

    public RolloutHealth? Rollout { get; init; }

    public required IReadOnlyList<RevisionHealth> Revisions { get; init; }

    public required IReadOnlyList<ReplicaHealth> Replicas { get; init; }

    public required LiveFigures Performance { get; init; }
}

/// <summary>The newest rollout of an application.</summary>
internal sealed record RolloutHealth(
    Guid Id, string Revision, string? StableRevision, string Strategy, string State, string Message, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    Contracts.Deployments.RolloutCourse? Course);

/// <summary>A revision that takes part in an application's traffic or has replicas.</summary>
internal sealed record RevisionHealth(string Revision, int Weight, int ReadyReplicas, LiveFigures Performance);

/// <summary>A replica.</summary>
internal sealed record ReplicaHealth(string Id, string Revision, string State, string? Address, string? Reason, DateTimeOffset? StartedAt, int Restarts);

/// <summary>An alert, active or past.</summary>
internal sealed record AlertView(
    Guid Id, string Rule, string Application, string Severity, string Message, double Value, double Threshold, DateTimeOffset RaisedAt, DateTimeOffset? ResolvedAt);
