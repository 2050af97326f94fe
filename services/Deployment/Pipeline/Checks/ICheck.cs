using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline.Checks;

/// <summary>One kind of check. To add one: a class here, its member in <see cref="CheckSpec"/> and its reader, its registration.</summary>
internal interface ICheck
{
    /// <summary>Whether the check is of this kind.</summary>
    bool Handles(CheckSpec check);

    /// <summary>What is asked, for people; never a secret.</summary>
    string Subject(CheckSpec check);

    /// <summary>Asks once. What does not answer as it should is a result; the timeout is the caller's.</summary>
    Task<JobResult> AskAsync(CheckSpec check, JobContext job, CancellationToken ct);
}
