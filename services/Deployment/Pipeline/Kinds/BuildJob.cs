using Platform.Workloads.Images;

namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>Builds the image that the manifest names. Begun again it builds the same again, from the engine's cache where that holds.</summary>
internal sealed class BuildJob(IImages images, JobHome home) : IJobKind
{
    public string Name => "build";

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken ct)
    {
        var spec = ((BuildWork)job.Work).Build;
        // The platform's own data holds the keys to everything else.
        if (Overlaps(spec.Context, Path.GetDirectoryName(home.Folder)!)) return JobResult.Failed($"'{spec.Context}' and the platform's data folder lie in one another; build from a folder of its own");
        try
        {
            await images.BuildAsync(
                new ImageBuild { Image = job.Manifest.Docker!.Image, Spec = spec, Owner = job.Owner, Application = job.Rollout.Application, Revision = job.Rollout.Revision }, job.Log.Write, ct);
            return JobResult.Done($"built {job.Manifest.Docker.Image}");
        }
        catch (ImageException error)
        {
            return Failed(job, error);
        }
    }

    /// <summary>A failure with the end of what the engine wrote.</summary>
    public static JobResult Failed(JobContext job, ImageException error)
    {
        var lines = JobTail.Read(job.Log.Path, 20);
        job.Log.Write(error.Message);
        return JobResult.Failed($"{error.Message} {JobTail.Sentence(lines)}");
    }

    private static bool Overlaps(string one, string other) => IsUnder(one, other) || IsUnder(other, one);

    private static bool IsUnder(string path, string root) => (Path.GetFullPath(path) + "/").StartsWith(Path.GetFullPath(root).TrimEnd('/') + "/", StringComparison.Ordinal);
}
