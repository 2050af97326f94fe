namespace Platform.Workloads.Runtimes.Processes;

/// <summary>Settings of the process runtime, section <c>Processes</c>.</summary>
public sealed class ProcessRuntimeOptions
{
    /// <summary>A replica's log is rotated when larger, in bytes. Default 10 MiB; 4 KiB to 1 GiB.</summary>
    public long LargestLog { get; set; } = 10L << 20;

    /// <summary>Older parts kept of each log. Default 3; 1 to 100.</summary>
    public int KeptLogs { get; set; } = 3;

    /// <summary>Logs kept of replicas that have ended, per log folder. Default 50; 0 to 10,000.</summary>
    public int KeptEndedReplicas { get; set; } = 50;

    /// <summary>How often logs are looked at. Default 2 s; 100 ms to 1 h.</summary>
    public TimeSpan LogCheckInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Put every replica into a cgroup where that is possible. Default true.</summary>
    public bool UseControlGroups { get; set; } = true;
}
