using Platform.Workloads.Images;

namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>Sends the image to its registry, as whom <c>docker.registry</c> names.</summary>
internal sealed class PushJob(IImages images) : IJobKind
{
    public string Name => "push";

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken ct)
    {
        try
        {
            await images.PushAsync(job.Manifest.Docker!, job.Log.Write, ct);
            return JobResult.Done($"sent {job.Manifest.Docker!.Image}");
        }
        catch (ImageException error)
        {
            return BuildJob.Failed(job, error);
        }
    }
}
