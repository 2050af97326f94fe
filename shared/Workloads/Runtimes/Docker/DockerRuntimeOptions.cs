using System.ComponentModel.DataAnnotations;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>Settings of the docker runtime, section <c>Docker</c>.</summary>
public sealed class DockerRuntimeOptions
{
    /// <summary>The engine's unix socket: <c>unix:///var/run/docker.sock</c>. Default: what DOCKER_HOST says, else that.</summary>
    [RegularExpression("unix:///.+", ErrorMessage = "expected unix:///path/to/docker.sock; an engine behind TCP is not supported")]
    public string? Endpoint { get; set; }

    /// <summary>A missing image must be there within. Default 10 min; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A replica's log is rotated when larger, in bytes. Default 10 MiB; 4 KiB to 1 GiB.</summary>
    [Range(4096, 1 << 30)]
    public long LargestLog { get; set; } = 10L << 20;

    /// <summary>Older parts kept of each log. Default 3; 1 to 100.</summary>
    [Range(1, 100)]
    public int KeptLogs { get; set; } = 3;

    /// <summary>Logs kept of replicas that have ended, per log folder. Default 50; 0 to 10,000.</summary>
    [Range(0, 10_000)]
    public int KeptEndedReplicas { get; set; } = 50;

    /// <summary>The socket's path.</summary>
    /// <param name="dockerHost">What DOCKER_HOST says.</param>
    internal string Socket(string? dockerHost)
    {
        const string scheme = "unix://", standard = "/var/run/docker.sock";
        var endpoint = Endpoint ?? dockerHost;
        return endpoint?.StartsWith(scheme, StringComparison.Ordinal) == true ? endpoint[scheme.Length..] : standard;
    }
}
