using System.Collections.Concurrent;
using Platform.Contracts.Scaling;
using Platform.Deployment.Replicas;
using Platform.Storage;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Kubernetes;

namespace Platform.Deployment.Applications;

/// <summary>The applications whose number of replicas something outside decides, as of the last look: for them the platform's own autoscaler stands back.</summary>
internal sealed class OutsideScales
{
    private readonly ConcurrentDictionary<string, OutsideScale> _known = new(StringComparer.Ordinal);

    /// <summary>Who decides; null: the platform.</summary>
    public OutsideScale? Find(string application) => _known.GetValueOrDefault(application);

    /// <summary>Takes in what was found.</summary>
    public void Know(string application, OutsideScale? scale)
    {
        if (scale is null) _known.TryRemove(application, out _);
        else _known[application] = scale;
    }
}

/// <summary>
/// Hands the number of replicas over where something outside decides it, such as a HorizontalPodAutoscaler: what that wants is wanted here,
/// within the manifest's limits, and recorded as its doing.
/// </summary>
internal sealed partial class OutsideScaleFollower(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    IEnumerable<IOutsideScaling> deciders,
    Manifests manifests,
    OutsideScales scales,
    Scaling scaling,
    Leadership leadership,
    TimeProvider time,
    ILogger<OutsideScaleFollower> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, error.Message);
            }
        }
    }

    /// <summary>Looks once at every application.</summary>
    internal async Task LookAsync(CancellationToken ct)
    {
        var applications = await database.ReadAsync(reader => reader.ApplicationsAsync(), ct);
        foreach (var application in applications.Where(a => a is { State: ApplicationStates.Present, StableRevision: not null }))
        {
            if (await database.ReadAsync(reader => manifests.FindAsync(reader, application.Name, application.StableRevision!), ct) is not { } manifest) continue;
            try
            {
                OutsideScale? found = null;
                foreach (var decider in deciders) found ??= await decider.FindAsync(manifest, application.Wanted, ct);
                scales.Know(application.Name, found);
                if (found?.Replicas is { } replicas) await FollowAsync(application, found.Name, Math.Clamp(replicas, manifest.Scaling.Min, manifest.Scaling.Max), ct);
            }
            catch (RuntimeUnavailableException away)
            {
                // Who decided before goes on deciding until it is known better.
                LogAway(log, application.Name, away.Message);
            }
        }
    }

    private async Task FollowAsync(ApplicationRow application, string name, int replicas, CancellationToken ct)
    {
        if (replicas == application.Wanted || leadership.WaitingFor is not null) return;
        await database.TransactAsync(
            tx => scaling.ApplyAsync(tx, new ScaleApplication
            {
                Application = application.Name,
                At = time.GetUtcNow(),
                CorrelationId = Guid.NewGuid(),
                RequestedBy = name,
                Reason = "it decides how many replicas there are",
                Replicas = replicas,
            }),
            ct);
    }

    [LoggerMessage(1, LogLevel.Warning, "Looking for what decides the number of replicas failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Debug, "Who decides the number of replicas of {Application} is not known at the moment: {Reason}")]
    private static partial void LogAway(ILogger log, string application, string reason);
}
