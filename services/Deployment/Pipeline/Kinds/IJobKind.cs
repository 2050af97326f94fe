namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>
/// One kind of work in a pipeline. To add one: a class here, its <see cref="JobWork"/>, its place in <see cref="PipelinePlan"/>, its registration.
/// A job may be cut off at any line and begun again: what it leaves behind must be found, or do no harm.
/// </summary>
internal interface IJobKind
{
    /// <summary>As <see cref="JobWork.Kind"/> says it.</summary>
    string Name { get; }

    /// <summary>Does it. An expected failure is a result; cancellation is the time limit, or a word to stop, and must end everything that was begun.</summary>
    Task<JobResult> RunAsync(JobContext job, CancellationToken ct);

    /// <summary>Ends what an earlier run of the service may have left of its jobs.</summary>
    Task ClearAsync(string owner, CancellationToken ct) => Task.CompletedTask;
}
