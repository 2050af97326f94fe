namespace Platform.HealthMonitor.Dashboard;

/// <summary>Body of <c>POST /dashboard/actions/promote</c> and <c>…/abort</c>.</summary>
internal sealed record RolloutAction
{
    public required string Application { get; init; }

    /// <summary>The rollout that was shown: another one is not touched.</summary>
    public required Guid Rollout { get; init; }

    /// <summary>Why, for the audit log; at most 500 characters.</summary>
    public string? Reason { get; init; }
}
