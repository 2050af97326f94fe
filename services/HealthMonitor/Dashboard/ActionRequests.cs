namespace Platform.HealthMonitor.Dashboard;

/// <summary>Body of <c>POST /dashboard/actions/scale</c>.</summary>
internal sealed record ScaleAction
{
    public required string Application { get; init; }

    /// <summary>0 to 1,000.</summary>
    public required int Replicas { get; init; }

    /// <summary>Why, for the audit log; at most 500 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>Body of <c>POST /dashboard/actions/rollback</c>.</summary>
internal sealed record RollbackAction
{
    public required string Application { get; init; }

    /// <summary>The revision to return to; null: the one that served before.</summary>
    public string? Revision { get; init; }

    /// <inheritdoc cref="ScaleAction.Reason"/>
    public string? Reason { get; init; }
}

/// <summary>Body of <c>POST /dashboard/actions/promote</c> and <c>…/abort</c>.</summary>
internal sealed record RolloutAction
{
    public required string Application { get; init; }

    /// <summary>The rollout that was shown: another one is not touched.</summary>
    public required Guid Rollout { get; init; }

    /// <inheritdoc cref="ScaleAction.Reason"/>
    public string? Reason { get; init; }
}
