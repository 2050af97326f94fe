using Platform.Workloads.Images;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>Takes a build back: the image goes from the engine. What was sent to a registry stays there.</summary>
internal sealed class RemoveImageJob(IImages images) : IJobKind
{
    public string Name => "removeImage";

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken ct)
    {
        try
        {
            return JobResult.Done(await images.RemoveAsync(job.Manifest.Docker!.Image, ct) ? $"removed {job.Manifest.Docker!.Image}" : $"{job.Manifest.Docker!.Image} is used, and stays");
        }
        catch (RuntimeUnavailableException away)
        {
            return JobResult.Failed(away.Message);
        }
    }
}
