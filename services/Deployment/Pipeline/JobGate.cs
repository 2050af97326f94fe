namespace Platform.Deployment.Pipeline;

/// <summary>
/// Where a rollout waits for jobs: it does not pass a gate before all jobs of the gate have succeeded. In the order in which they are reached.
/// <code>
/// planning ─Prepare─▶ starting ─Verify─▶ approval ─Shift─▶ shifting ─Watch─▶ watching ─Promote─▶ retiring ─CleanUp─▶ completed
///     └──────────────────┴─────────────────┴──────────────────┴─────────────────┴──────▶ rollingBack ─Undo─▶ rolledBack | failed
/// </code>
/// </summary>
internal enum JobGate
{
    /// <summary>No gate has been reached.</summary>
    None,
    /// <summary>Before anything of the revision is started.</summary>
    Prepare,
    /// <summary>Its first replicas are healthy and have no traffic.</summary>
    Verify,
    /// <summary>Before the first traffic moves; an approval has been given where one is needed.</summary>
    Shift,
    /// <summary>The first traffic has moved.</summary>
    Watch,
    /// <summary>The last watch is over; it can still be taken back.</summary>
    Promote,
    /// <summary>The revision serves alone. What fails here changes nothing any more.</summary>
    CleanUp,
    /// <summary>The rollout was given up, the traffic is back, the new replicas are gone.</summary>
    Undo,
}
