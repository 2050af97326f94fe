namespace Platform.HealthMonitor.Dashboard;

/// <summary>Body of <c>POST /dashboard/actions/pause</c>, <c>…/resume</c>, <c>…/approve</c> and <c>…/abort</c>.</summary>
internal sealed record RolloutAction
{
    public required string Application { get; init; }

    /// <summary>The rollout that was shown: another one is not touched.</summary>
    public required Guid Rollout { get; init; }

    /// <summary>Why, for the audit log; at most 500 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>Body of <c>POST /dashboard/actions/promote</c>.</summary>
internal sealed record PromoteAction
{
    public required string Application { get; init; }

    /// <summary>The rollout that was shown: another one is not touched.</summary>
    public required Guid Rollout { get; init; }

    /// <summary>Why, for the audit log; at most 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>True: not only the present step; straight to the last one.</summary>
    public bool Fully { get; init; }
}
