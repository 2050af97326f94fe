using System.ComponentModel.DataAnnotations;
using Platform.Hosting;

namespace Platform.Deployment;

/// <summary>How the deployment service works. Section <c>Deployment</c>.</summary>
public sealed class DeploymentOptions : IValidatable
{
    /// <summary>Replicas of all applications that are being started at one time. Default 4, 1 to 64.</summary>
    [Range(1, 64)]
    public int ParallelStarts { get; set; } = 4;

    /// <summary>Rollouts of one application that may wait behind the running one. Default 5, 0 to 100.</summary>
    [Range(0, 100)]
    public int QueuedRollouts { get; set; } = 5;

    /// <summary>Revisions, counted back from the present one, that may be returned to at once and unanalysed, until <c>/api/deployment/config</c> says something else. Default 3, 0 to 100.</summary>
    [Range(0, 100)]
    public int RollbackWindow { get; set; } = 3;

    /// <summary>How often every application is looked at even if nothing is known to have changed. Default 1 s, 10 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan Resync { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a rollout is looked at. Default 500 ms, 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RolloutTick { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often processes are looked for that nobody owns. Default 10 s, 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan OrphanScan { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopped replica may take to end by itself before it is killed. Default 10 s, 0 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a replica's drain may take beyond the manifest's drain timeout. Default 5 s, 0 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainSlack { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a table is sent again until the gateway has acknowledged it. Default 2 s, 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RouteRetry { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often an acknowledged table is sent again, for a gateway that lost it. Default 10 s, 10 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan RouteRepeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the right to start and stop replicas outlasts its holder. Default 10 s, 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>True: replicas end with the service. False (default): they go on, and the next start takes them over.</summary>
    public bool StopReplicasOnShutdown { get; set; }

    /// <summary>Time between two samples of a replica's CPU and memory. Default 1 s, 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan UsageInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (RouteRepeat < RouteRetry)
        {
            yield return new ConfigurationProblem(
                nameof(RouteRepeat), $"at least Deployment:RouteRetry, {Contracts.Units.Duration.Format(RouteRetry)}", Contracts.Units.Duration.Format(RouteRepeat));
        }
    }
}
