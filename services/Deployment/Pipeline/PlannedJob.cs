using System.Text.Json.Serialization;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline;

/// <summary>A job of a rollout's pipeline.</summary>
internal sealed record PlannedJob
{
    /// <summary>Its place in the order, from 1.</summary>
    public required int Number { get; init; }
    /// <summary>What it is called, once in a pipeline.</summary>
    public required string Name { get; init; }
    /// <summary>Which gate waits for it.</summary>
    public required JobGate Gate { get; init; }
    /// <summary>It has failed after this.</summary>
    public required TimeSpan Limit { get; init; }
    /// <summary>The number of the job whose doings it takes back; null: it takes nothing back.</summary>
    public int? Undoes { get; init; }
    /// <summary>True: the rollout goes on without it.</summary>
    public bool IsOptional { get; init; }
    /// <summary>What is done. Not kept with the plan: found again in the manifest, by name.</summary>
    [JsonIgnore]
    public JobWork? Work { get; init; }
}

/// <summary>What a job does.</summary>
/// <param name="Kind">The name of the <see cref="Kinds.IJobKind"/> that does it.</param>
internal abstract record JobWork(string Kind);

/// <summary>A command runs once.</summary>
internal sealed record CommandWork(JobCommandSpec Command) : JobWork("command");

/// <summary>Somebody is told.</summary>
internal sealed record RequestWork(HookSpec Hook) : JobWork("request");

/// <summary>Something must answer.</summary>
internal sealed record CheckWork(CheckSpec Check) : JobWork("check");

/// <summary>The image is built.</summary>
internal sealed record BuildWork(BuildSpec Build) : JobWork("build");

/// <summary>The image goes to its registry.</summary>
internal sealed record PushWork() : JobWork("push");

/// <summary>The image that was built goes again.</summary>
internal sealed record RemoveImageWork() : JobWork("removeImage");

/// <summary>What nobody needs any more goes.</summary>
internal sealed record CleanUpWork() : JobWork("cleanUp");
