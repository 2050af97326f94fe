namespace Platform.Deployment.Pipeline;

/// <summary>Where a job stands. The last four are ends.</summary>
internal enum JobState
{
    /// <summary>Its gate has not been reached.</summary>
    Planned,
    /// <summary>To be done now.</summary>
    Due,
    /// <summary>Being done.</summary>
    Running,
    /// <summary>Done.</summary>
    Succeeded,
    /// <summary>Not done, and will not be.</summary>
    Failed,
    /// <summary>Cut off, because the rollout was given up.</summary>
    Stopped,
    /// <summary>Never begun, because the rollout was given up or there was nothing to take back.</summary>
    Skipped,
}

/// <summary>Names of job states as the database and HTTP have them.</summary>
internal static class JobStates
{
    /// <summary>True: nothing happens to the job any more.</summary>
    public static bool IsEnd(this JobState state) => state >= JobState.Succeeded;

    /// <summary>The state in lower case.</summary>
    public static string Name(this JobState state) => state.ToString().ToLowerInvariant();

    /// <summary>The state of that name.</summary>
    public static JobState Parse(string name) => Enum.Parse<JobState>(name, ignoreCase: true);
}

/// <summary>What a rollout sees of a job.</summary>
/// <param name="Number">Which.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Message">How it ended; null: it has not.</param>
internal sealed record JobFacts(int Number, JobState State, string? Message = null);
