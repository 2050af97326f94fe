using System.ComponentModel.DataAnnotations;
using Platform.Hosting;
using Platform.Hosting.Outbound;

namespace Platform.Deployment.Pipeline;

/// <summary>Whose manifests may have hooks that are commands.</summary>
public enum HookCommands
{
    /// <summary>Those that an admin deploys: an operator ships what the application brings, and adds no command around it.</summary>
    OfAdmins,
    /// <summary>Those that an operator deploys too.</summary>
    OfOperators,
}

/// <summary>How the jobs of rollouts' pipelines run. Section <c>Pipeline</c>.</summary>
public sealed class PipelineOptions : IValidatable
{
    /// <summary>Jobs of all rollouts that run at one time; those of one rollout run one after another. Default 4, 1 to 64.</summary>
    [Range(1, 64)]
    public int ParallelJobs { get; set; } = 4;

    /// <summary>How often a job is begun again that a crash of the platform has cut off. Default 5, 1 to 100.</summary>
    [Range(1, 100)]
    public int Attempts { get; set; } = 5;

    /// <summary>Whose manifests may have hooks that are commands: <c>OfAdmins</c> (default) or <c>OfOperators</c>. A kept revision is not asked again.</summary>
    public HookCommands HookCommands { get; set; } = HookCommands.OfAdmins;

    /// <summary>Networks that are not public and that HTTP hooks and checks may reach all the same: <c>10.1.0.0/16</c>, <c>127.0.0.1/32</c>. Default none.</summary>
    public IList<string> Allow { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate() => AllowedNetworks.Problems(Allow);
}
