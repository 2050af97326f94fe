using System.ComponentModel.DataAnnotations;

namespace Platform.Hosting.Listening;

/// <summary>How the process goes away. Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>The deadline for everything: requests under way, consumers, hosted parts.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the ports stay open after readiness has gone, so that balancers in front can notice.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ReadinessDelay { get; set; }
}
