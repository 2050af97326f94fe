namespace Platform.HealthMonitor.Alerts;

/// <summary>Where one rule stands for one application.</summary>
internal enum AlertPhase
{
    /// <summary>The condition does not hold.</summary>
    Inactive,

    /// <summary>It holds, but not long enough yet.</summary>
    Pending,

    /// <summary>It was raised and has not been resolved.</summary>
    Firing,
}

/// <summary>The state of one rule for one application.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Since">When it became pending or firing.</param>
/// <param name="ClearSince">While firing: since when the condition has not held; null: it holds.</param>
/// <param name="AlertId">While firing: the alert.</param>
internal sealed record AlertState(AlertPhase Phase, DateTimeOffset Since, DateTimeOffset? ClearSince = null, Guid AlertId = default)
{
    public static AlertState Inactive { get; } = new(AlertPhase.Inactive, DateTimeOffset.MinValue);
}

/// <summary>What was measured for a rule.</summary>
/// <param name="Value">The aggregated value; null: nothing was measured at all.</param>
/// <param name="Events">Requests in the window.</param>
/// <param name="IsAtRest">It is meant to be as it is: an application that rests at 0 replicas has none that is ready, and misses none.</param>
internal readonly record struct Observation(double? Value, long Events, bool IsAtRest = false)
{
    public static Observation Nothing => new(null, 0);
}

/// <summary>What a step led to.</summary>
internal enum AlertTransition
{
    /// <summary>Nothing to tell.</summary>
    None,

    /// <summary>The alert is raised now.</summary>
    Raised,

    /// <summary>The alert is resolved now.</summary>
    Resolved,
}
