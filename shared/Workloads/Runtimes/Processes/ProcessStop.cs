using Platform.Effects;
using Platform.Workloads.Runtimes.Processes.Limits;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>Ends a replica and everything it started: first asks, then kills.</summary>
internal sealed class ProcessStop(IEffects effects, TimeProvider clock, Func<ControlGroups?> groups)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);

    public async Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct)
    {
        var process = ProcessInstance.Of(handle);
        var group = groups()?.GroupOf(process.ProcessId);
        if (ProcessTable.Alive(process) is { } alive)
        {
            var exit = ExitWatch.Shared.WatchAsync(process.ProcessId, process.StartTime);
            // Negative: the whole process group. The leader lives, so the number cannot be somebody else's.
            effects.Perform(EffectKind.ProcessSignal, $"{handle.Id} SIGTERM", () => Native.kill(alive.Session == process.ProcessId ? -process.ProcessId : process.ProcessId, Native.SignalTerminate));
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(exit, Task.Delay(grace, clock, waited.Token));
            ct.ThrowIfCancellationRequested();
            await waited.CancelAsync();
        }

        await EndStragglersAsync(handle, group, ct);
        group?.TryRemove();
    }

    /// <summary>Kills all that is left of a replica, and returns when nothing is.</summary>
    public async Task EndStragglersAsync(ReplicaHandle handle, ReplicaGroup? group, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        var signalled = new HashSet<(int, long)>();
        while (true)
        {
            var left = Members(handle, group);
            if (left.Count == 0) break;
            foreach (var member in left.Where(m => signalled.Add((m.ProcessId, m.StartTime))))
                effects.Perform(EffectKind.ProcessSignal, $"{handle.Id} SIGKILL", () => Native.kill(member.ProcessId, Native.SignalKill));
            if (clock.GetElapsedTime(start) > KillTimeout)
                throw new TimeoutException($"Processes {string.Join(", ", left.Select(m => m.ProcessId))} of replica {handle.Id} do not end after SIGKILL; they hang in the kernel.");
            await Task.Delay(Look, clock, ct);
        }

        // In a container the platform may be process 1, which inherits orphans: reap those. The replica's own exit code is the watch's.
        foreach (var (processId, _) in signalled.Where(s => s.Item1 != ProcessInstance.Of(handle).ProcessId)) _ = Native.waitpid(processId, out _, Native.NoHang);
    }

    /// <summary>Alive and the replica's: by marker, by session, by cgroup. Any one can be shed by a process, hardly all three.</summary>
    private static List<ProcessEntry> Members(ReplicaHandle handle, ReplicaGroup? group)
    {
        var process = ProcessInstance.Of(handle);
        var grouped = group?.Processes().ToHashSet() ?? [];
        // The number of a session whose leader is another process than ours means somebody else's session.
        var leader = ProcessTable.Find(process.ProcessId);
        var sessionIsOurs = leader is null || leader.StartTime == process.StartTime;
        var members = new List<ProcessEntry>();
        foreach (var processId in ProcessTable.All())
        {
            if (ProcessTable.Find(processId) is not { IsAlive: true } entry || entry.StartTime < process.StartTime) continue;
            var ours = grouped.Contains(processId)
                || sessionIsOurs && entry.Session == process.ProcessId
                || ProcessTable.MarkersOf(processId) is { } markers && markers.Replica == handle.Id && markers.Generation == handle.Generation;
            if (ours) members.Add(entry);
        }

        return members;
    }
}
