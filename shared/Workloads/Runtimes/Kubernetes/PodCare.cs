using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using Platform.Workloads.Runtimes.Logs;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>
/// Looks after pods: copies their output, sees their end, and then has what is left of the replica removed. Once for each; what has ended
/// is remembered for a while, for those who ask late.
/// </summary>
internal sealed class PodCare(Cluster cluster, KubernetesRuntimeOptions options, TimeProvider clock, ILogger log) : IDisposable
{
    private const int Remembered = 4096;

    /// <summary>A node that has not ended a pod this long after it had to does not answer.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(500), LongestCopy = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, FollowedContainer> _followed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Informer> _informers = new(StringComparer.Ordinal);
    private readonly Queue<string> _ended = new();
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>The log files of what has not ended.</summary>
    public IReadOnlySet<string> LogsInUse => _followed.Values.Where(f => !f.Gone.IsCompleted).Select(f => f.LogPath).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>Looks after a pod.</summary>
    /// <param name="replica">The replica, for what is logged.</param>
    /// <param name="instance">The pod.</param>
    /// <param name="isNew">True: nothing of its output can have been copied before.</param>
    /// <param name="remove">Removes what is left of the replica.</param>
    public FollowedContainer Follow(string replica, PodInstance instance, bool isNew, Func<CancellationToken, Task> remove)
    {
        var mine = new FollowedContainer();
        var followed = _followed.GetOrAdd(instance.Uid, mine);
        if (ReferenceEquals(followed, mine)) _ = FollowAsync(mine, replica, instance, isNew, remove);
        return followed;
    }

    /// <summary>Whether the cluster has not heard of a pod for so long that it counts as ended: its node is gone, and will end it should it come back.</summary>
    public bool IsLost(PodState pod) => !pod.HasEnded && pod.LeavingSince is { } due && clock.GetUtcNow() > due + Slack;

    /// <summary>Stops looking. The pods go on.</summary>
    public void Dispose()
    {
        _disposed.Cancel();
        foreach (var informer in _informers.Values) informer.Dispose();
    }

    private async Task FollowAsync(FollowedContainer followed, string replica, PodInstance instance, bool isNew, Func<CancellationToken, Task> remove)
    {
        var ct = _disposed.Token;
        try
        {
            var status = await EndAsync(followed, instance, isNew, ct);
            log.LogDebug("Replica {Replica} ({Instance}) {Status}", replica, instance, status);
            followed.End(status);
            await InsistAsync(() => remove(ct), ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            log.LogDebug("{Instance} is left to the next run", instance);
        }
        catch (Exception error)
        {
            // Found again by the next look for what is ours, and removed then.
            _followed.TryRemove(instance.Uid, out _);
            log.LogError(error, "Looking after {Instance} of replica {Replica} failed", instance, replica);
        }
        finally
        {
            followed.Leave();
            Forget(instance.Uid);
        }
    }

    /// <summary>How it ends, told once all it said is in its log.</summary>
    private async Task<ExitStatus> EndAsync(FollowedContainer followed, PodInstance instance, bool isNew, CancellationToken ct)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var copied = Task.CompletedTask;
        PodLog? copy = null;
        var status = ExitStatus.Unknown;
        await using var changes = InformerOf(instance.Namespace).FollowAsync(instance.Name, ct).GetAsyncEnumerator(ct);
        PodState? pod = null;
        while (true)
        {
            var next = changes.MoveNextAsync().AsTask();
            if (!await ComesAsync(next, pod, ct))
            {
                status = ExitStatus.Unknown with { Reason = "its node does not answer" };
                break;
            }

            if (!await next) break;
            var seen = changes.Current;
            if (seen.Object is not { } now || now.UidOf() != instance.Uid) break;
            pod = new PodState(now);
            if (copy is null && now.Texts("metadata", "annotations").GetValueOrDefault(ContainerLabels.Log) is { } path)
            {
                followed.LogPath = path;
                var file = new LogAppender(
                    new ReplicaLog(path, options.LargestLog, options.KeptLogs),
                    error => log.LogWarning("The log {Path} cannot be written, lines of it are lost: {Reason}", path, error.Message));
                copy = new PodLog(cluster.Api, instance.Path, file, clock);
                copied = CopyAsync(copy, file, isNew, ended.Task, ct);
            }

            if (pod.HasEnded || seen.IsGone)
            {
                status = pod.Exit;
                break;
            }
        }

        copy?.Ended(pod?.WasStartedAgain == true);
        ended.SetResult();
        // The node's word may be long in coming; what is known of the end is not held back for it for ever.
        await Task.WhenAny(copied, Task.Delay(LongestCopy, clock, ct));
        if (copied.IsCompleted) await copied;
        return status;
    }

    /// <returns>False: it waits for a node that does not answer any more.</returns>
    private async Task<bool> ComesAsync(Task<bool> next, PodState? pod, CancellationToken ct)
    {
        while (!next.IsCompleted)
        {
            if (pod?.IsLeaving != true)
            {
                await Task.WhenAny(next);
                break;
            }

            if (IsLost(pod)) return false;
            await Task.WhenAny(next, Task.Delay(Pause, clock, ct));
            ct.ThrowIfCancellationRequested();
        }

        return true;
    }

    private async Task CopyAsync(PodLog copy, LogAppender file, bool isNew, Task ended, CancellationToken ct)
    {
        using (file)
        {
            // The cluster still has what an earlier run may have copied in part.
            if (!isNew) file.StartOver();
            file.Begin();
            await copy.CopyAsync(ended, ct);
        }
    }

    private Informer InformerOf(string place) =>
        _informers.GetOrAdd(place, _ => new Informer(cluster.Api, ResourcePaths.Pods(place), $"{DeploymentPlan.ManagedBy}={DeploymentPlan.Us}", clock));

    private async Task InsistAsync(Func<Task> act, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (RuntimeUnavailableException)
            {
                await Task.Delay(Pause, clock, ct);
            }
        }
    }

    private void Forget(string uid)
    {
        lock (_ended)
        {
            _ended.Enqueue(uid);
            while (_ended.Count > Remembered) _followed.TryRemove(_ended.Dequeue(), out _);
        }
    }
}
