using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Logs;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>Which container a replica's instance is, and where its output goes.</summary>
/// <param name="Container">The container's id.</param>
/// <param name="LogPath">The log file; null: its output cannot be copied from here.</param>
/// <param name="Wait">How its end is awaited; null: at this engine.</param>
internal sealed record CaredFor(string Container, string? LogPath, Func<CancellationToken, Task<ExitStatus>>? Wait = null);

/// <summary>
/// Looks after containers: copies their output, waits for their end, and then has them removed. Once for each instance; what has ended is
/// remembered for a while, for those who ask late.
/// </summary>
internal sealed class ContainerCare(EngineClient engine, ContainerEnd end, DockerRuntimeOptions options, TimeProvider clock, ILogger log) : IDisposable
{
    private const int Remembered = 4096;
    private readonly ConcurrentDictionary<string, FollowedContainer> _followed = new(StringComparer.Ordinal);
    private readonly Queue<string> _ended = new();
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>The log files of what has not ended.</summary>
    public IReadOnlySet<string> LogsInUse => _followed.Values.Where(f => !f.Gone.IsCompleted).Select(f => f.LogPath).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>Looks after an instance.</summary>
    /// <param name="replica">The replica, for what is logged.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="isNew">True: nothing of its output can have been copied before.</param>
    /// <param name="find">Finds its container; null: there is none any more.</param>
    /// <param name="remove">Removes what is left of it.</param>
    public FollowedContainer Follow(string replica, string instance, bool isNew, Func<CancellationToken, Task<CaredFor?>> find, Func<CancellationToken, Task> remove)
    {
        var mine = new FollowedContainer();
        var followed = _followed.GetOrAdd(instance, mine);
        if (ReferenceEquals(followed, mine)) _ = FollowAsync(mine, replica, instance, isNew, find, remove);
        return followed;
    }

    /// <summary>Stops looking. The containers go on.</summary>
    public void Dispose() => _disposed.Cancel();

    private async Task FollowAsync(
        FollowedContainer followed, string replica, string instance, bool isNew, Func<CancellationToken, Task<CaredFor?>> find, Func<CancellationToken, Task> remove)
    {
        var ct = _disposed.Token;
        try
        {
            if (await end.AskAsync(() => find(ct), ct) is { } found)
            {
                followed.LogPath = found.LogPath;
                var exit = found.Wait is { } wait ? end.AskAsync(() => wait(ct), ct) : end.WaitAsync(found.Container, ct);
                if (found.LogPath is { } path) await CopyAsync(replica, found.Container, path, isNew, ct);
                var status = await exit;
                log.LogDebug("Replica {Replica} ({Instance}) {Status}", replica, instance, status);
                followed.End(status);
            }

            await remove(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            log.LogDebug("{Instance} is left to the next run", instance);
        }
        catch (Exception error)
        {
            // Found again by the next look for what is ours, and removed then.
            _followed.TryRemove(instance, out _);
            log.LogError(error, "Looking after {Instance} of replica {Replica} failed", instance, replica);
        }
        finally
        {
            followed.Leave();
            Forget(instance);
        }
    }

    private async Task CopyAsync(string replica, string container, string path, bool isNew, CancellationToken ct)
    {
        using var file = new LogAppender(
            new ReplicaLog(path, options.LargestLog, options.KeptLogs),
            trouble => log.LogWarning("The output of replica {Replica} is being lost: {Path} cannot be written: {Reason}", replica, path, trouble.Message));
        // The engine still has what an earlier run may have copied in part.
        if (!isNew) file.StartOver();
        file.Begin();
        await new ContainerLog(engine, container, file, clock).CopyAsync(ct);
    }

    private void Forget(string instance)
    {
        lock (_ended)
        {
            _ended.Enqueue(instance);
            while (_ended.Count > Remembered) _followed.TryRemove(_ended.Dequeue(), out _);
        }
    }
}
