using System.ComponentModel.DataAnnotations;
using Platform.Hosting;
using Platform.Hosting.Outbound;

namespace Platform.Deployment.Measurements;

/// <summary>Whose metrics' commands are run.</summary>
public enum MetricCommands
{
    /// <summary>Those of applications with <c>runtime: process</c>, which run commands of their own on this machine anyway.</summary>
    OfProcesses,
    /// <summary>Everybody's: whoever may deploy may then run programs here as the platform's user.</summary>
    All,
    /// <summary>Nobody's.</summary>
    None,
}

/// <summary>How metrics of <c>rollout.analysis.metrics</c> are read. Section <c>Analysis</c>.</summary>
public sealed class AnalysisOptions : IValidatable
{
    /// <summary>Networks that are not public and may be asked all the same (a Prometheus in the data centre): <c>10.1.0.0/16</c>, <c>127.0.0.1/32</c>. Default none.</summary>
    public IList<string> Allow { get; set; } = [];

    /// <summary>Whose commands are run: <c>OfProcesses</c> (default), <c>All</c> or <c>None</c>.</summary>
    public MetricCommands Commands { get; set; } = MetricCommands.OfProcesses;

    /// <summary>Readings kept of each metric of a rollout. Default 1,000, 10 to 100,000.</summary>
    [Range(10, 100_000)]
    public int KeptReadings { get; set; } = 1_000;

    /// <summary>Readings that are taken at one time. Default 8, 1 to 64.</summary>
    [Range(1, 64)]
    public int ParallelReadings { get; set; } = 8;

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate() => AllowedNetworks.Problems(Allow);
}
