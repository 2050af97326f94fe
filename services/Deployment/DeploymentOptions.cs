namespace Platform.Deployment;

/// <summary>How the deployment service works. Section <c>Deployment</c>.</summary>
public sealed class DeploymentOptions
{
    /// <summary>Replicas of all applications that are being started at one time. Default 4, 1 to 64.</summary>
    public int ParallelStarts { get; set; } = 4;
    /// <summary>Rollouts of one application that may wait behind the running one. Default 5, 0 to 100.</summary>
    public int QueuedRollouts { get; set; } = 5;
    /// <summary>How often every application is looked at even if nothing is known to have changed. Default 1 s.</summary>
    public TimeSpan Resync { get; set; } = TimeSpan.FromSeconds(1);
    /// <summary>How often a rollout is looked at. Default 500 ms.</summary>
    public TimeSpan RolloutTick { get; set; } = TimeSpan.FromMilliseconds(500);
    /// <summary>How often processes are looked for that nobody owns. Default 10 s.</summary>
    public TimeSpan OrphanScan { get; set; } = TimeSpan.FromSeconds(10);
    /// <summary>How long a stopped replica may take to end by itself before it is killed. Default 10 s.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(10);
    /// <summary>How long a replica's drain may take beyond the manifest's drain timeout. Default 5 s.</summary>
    public TimeSpan DrainSlack { get; set; } = TimeSpan.FromSeconds(5);
    /// <summary>How often a table is sent again until the gateway has acknowledged it. Default 2 s.</summary>
    public TimeSpan RouteRetry { get; set; } = TimeSpan.FromSeconds(2);
    /// <summary>How often an acknowledged table is sent again, for a gateway that lost it. Default 10 s.</summary>
    public TimeSpan RouteRepeat { get; set; } = TimeSpan.FromSeconds(10);
    /// <summary>How long the right to start and stop replicas outlasts its holder. Default 10 s.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);
    /// <summary>True: replicas end with the service. False (default): they go on, and the next start takes them over.</summary>
    public bool StopReplicasOnShutdown { get; set; }
    /// <summary>Time between two samples of a replica's CPU and memory. Default 1 s.</summary>
    public TimeSpan UsageInterval { get; set; } = TimeSpan.FromSeconds(1);
}
