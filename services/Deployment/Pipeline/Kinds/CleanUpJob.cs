using Platform.Deployment.Configuration;
using Platform.Storage;
using Platform.Workloads.Images;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>
/// At the end of a rollout that succeeded: images that were built for revisions outside the rollback window go (a return to one of those builds it
/// again), and logs of jobs that nobody will read again.
/// </summary>
internal sealed class CleanUpJob(JobHome home, IImages images, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database) : IJobKind
{
    /// <summary>Rollouts of an application whose logs are kept.</summary>
    private const int KeptRollouts = 50;

    public string Name => "cleanUp";

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken ct)
    {
        var logs = RemoveLogs(job);
        try
        {
            var removed = job.Manifest.Pipeline.Build is null ? [] : await RemoveImagesAsync(job, ct);
            foreach (var image in removed) job.Log.Write($"removed {image}");
            return JobResult.Done(logs + removed.Count == 0 ? "nothing was left over" : $"removed {removed.Count} image(s) of former revisions and the logs of {logs} former rollout(s)");
        }
        catch (Exception error) when (error is RuntimeUnavailableException or ImageException)
        {
            return JobResult.Failed(error.Message);
        }
    }

    private int RemoveLogs(JobContext job)
    {
        var folder = new DirectoryInfo(home.FolderOf(job.Rollout.Application));
        var old = folder.Exists ? folder.EnumerateDirectories().OrderByDescending(f => f.LastWriteTimeUtc).Skip(KeptRollouts).ToList() : [];
        foreach (var logs in old) logs.Delete(recursive: true);
        return old.Count;
    }

    private async Task<IReadOnlyList<string>> RemoveImagesAsync(JobContext job, CancellationToken ct)
    {
        var kept = await database.ReadAsync(reader => KeptAsync(reader, job), ct);
        var removed = new List<string>();
        foreach (var image in (await images.FindAsync(job.Owner, job.Rollout.Application, ct)).Where(i => !kept.Contains(i.Revision)))
        {
            if (await images.RemoveAsync(image.Image, ct)) removed.Add(image.Image);
        }

        return removed;
    }

    /// <summary>What serves or is about to, and what can be returned to at once.</summary>
    private async Task<HashSet<string>> KeptAsync(Reader reader, JobContext job)
    {
        var count = (await configurations.CurrentAsync(reader)).Configuration.RollbackWindow + 1;
        var revisions = await reader.QueryAsync<string>(
            """
            SELECT revision FROM rollouts WHERE application = @Application AND state = 'completed' GROUP BY revision ORDER BY MAX(ended_at) DESC LIMIT @count
            """,
            new { job.Rollout.Application, count });
        var present = await reader.QueryAsync<string>(
            """
            SELECT revision FROM rollouts WHERE application = @Application AND ended_at IS NULL
            UNION SELECT revision FROM targets WHERE application = @Application
            """,
            new { job.Rollout.Application });
        return [.. revisions, .. present, job.Rollout.Revision];
    }
}
