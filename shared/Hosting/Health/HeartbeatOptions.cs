using System.ComponentModel.DataAnnotations;

namespace Platform.Hosting.Health;

/// <summary>How services say that they live. Section <c>Heartbeat</c>.</summary>
internal sealed class HeartbeatOptions
{
    /// <summary>How often each service of this process reports on the bus; three missed reports mean that it is down.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);
}
