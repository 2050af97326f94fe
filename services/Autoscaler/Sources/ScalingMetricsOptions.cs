using System.ComponentModel.DataAnnotations;
using Platform.Hosting;
using Platform.Hosting.Outbound;

namespace Platform.Autoscaler.Sources;

/// <summary>How the sources of <c>scaling.metrics</c> are asked. Section <c>ScalingMetrics</c>.</summary>
public sealed class ScalingMetricsOptions : IValidatable
{
    /// <summary>Networks that are not public and may be asked all the same (a broker in the data centre): <c>10.1.0.0/16</c>, <c>127.0.0.1/32</c>. Default none.</summary>
    public IList<string> Allow { get; set; } = [];

    /// <summary>Readings that are taken of one server at one time. Default 8, 1 to 64.</summary>
    [Range(1, 64)]
    public int ParallelReadings { get; set; } = 8;

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate() => AllowedNetworks.Problems(Allow);
}
