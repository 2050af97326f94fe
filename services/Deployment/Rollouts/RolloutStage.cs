namespace Platform.Deployment.Rollouts;

/// <summary>Where a rollout stands. Kept as a number: a new one gets a number of its own.</summary>
internal enum RolloutStage
{
    /// <summary>Waits for the application's running rollout to end.</summary>
    Queued,
    /// <summary>Checks that it can be done.</summary>
    Planning,
    /// <summary>Waits until the replicas of the new revision are healthy.</summary>
    Starting,
    /// <summary>Waits until the gateway routes by the new table.</summary>
    Shifting,
    /// <summary>The new revision serves; the analysis watches it.</summary>
    Watching,
    /// <summary>Replicas of the old revision drain and stop.</summary>
    Retiring,
    /// <summary>Traffic returns to the old revision, then the new replicas are retired.</summary>
    RollingBack,
    /// <summary>End: the new revision serves alone.</summary>
    Completed,
    /// <summary>End: the new revision served and was taken back.</summary>
    RolledBack,
    /// <summary>End: the new revision never served.</summary>
    Failed,
    /// <summary>Between planning and starting: the pipeline's first jobs run.</summary>
    Preparing,
}

/// <summary>What <see cref="RolloutStage.RollingBack"/> does at the moment.</summary>
internal enum RollbackPhase
{
    /// <summary>Replicas of the old revision are being brought back, where some were already retired.</summary>
    Restore,
    /// <summary>Waits until the gateway routes to the old revision alone.</summary>
    Return,
    /// <summary>Replicas of the new revision drain and stop.</summary>
    Discard,
}

/// <summary>Names of stages as HTTP and events show them.</summary>
internal static class RolloutStages
{
    /// <summary>True: nothing happens to the rollout any more.</summary>
    public static bool IsEnd(this RolloutStage stage) => stage is RolloutStage.Completed or RolloutStage.RolledBack or RolloutStage.Failed;

    /// <summary>The stage in camelCase.</summary>
    public static string Name(this RolloutStage stage) => stage switch
    {
        RolloutStage.RollingBack => "rollingBack",
        RolloutStage.RolledBack => "rolledBack",
        _ => stage.ToString().ToLowerInvariant(),
    };
}
