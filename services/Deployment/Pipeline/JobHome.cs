namespace Platform.Deployment.Pipeline;

/// <summary>Where the logs of jobs are.</summary>
/// <param name="Folder">The folder of all applications' jobs.</param>
internal sealed record JobHome(string Folder)
{
    /// <summary>The folder of an application's jobs: one of its own for each rollout.</summary>
    public string FolderOf(string application) => Path.Combine(Folder, application);

    /// <summary>The folder of a rollout's jobs.</summary>
    public string FolderOf(string application, Guid rollout) => Path.Combine(FolderOf(application), rollout.ToString("N"));

    /// <summary>A job's log.</summary>
    public string LogOf(string application, JobRow job) => Path.Combine(FolderOf(application, job.Rollout), job.Id + ".log");
}
