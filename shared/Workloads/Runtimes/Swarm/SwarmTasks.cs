using System.Collections.Concurrent;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;

namespace Platform.Workloads.Runtimes.Swarm;

/// <summary>The one task of a replica's service: how it is, and where.</summary>
internal sealed class SwarmTasks(EngineClient engine, TimeProvider clock)
{
    private const string Running = "running";
    private static readonly HashSet<string> Ended = new(StringComparer.Ordinal) { "complete", "failed", "shutdown", "rejected", "orphaned", "remove" };
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50), RemoteLook = TimeSpan.FromSeconds(1);

    /// <summary>Pulling aside, a task has a node within this, or there is none with room.</summary>
    private static readonly TimeSpan LongestPlacement = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, string> _addresses = new(StringComparer.Ordinal);
    private string? _self;

    /// <summary>It runs, as far as its node has told.</summary>
    public static bool IsRunning(SwarmTask? task) => task?.Status.State == Running;

    /// <summary>It has ended, as its node has told.</summary>
    public static bool HasEnded(SwarmTask? task) => task is not null && Ended.Contains(task.Status.State);

    /// <summary>The container; null: it has none (yet).</summary>
    public static string? ContainerOf(SwarmTask? task) => task?.Status.ContainerStatus?.Id is { Length: > 0 } id ? id : null;

    /// <summary>Null: none yet, or none any more.</summary>
    public async Task<SwarmTask?> FindAsync(string service, CancellationToken ct)
    {
        var filter = Uri.EscapeDataString($"{{\"service\":[\"{service}\"]}}");
        return (await engine.GetAsync<List<SwarmTask>>($"tasks?filters={filter}", ct))?.FirstOrDefault();
    }

    /// <summary>
    /// The Swarm has given it up: its node is gone, and will end it should it come back. Until then nobody knows more than what it last told.
    /// </summary>
    public async Task<bool> IsLostAsync(SwarmTask task, CancellationToken ct) =>
        !HasEnded(task) && task is { DesiredState: "shutdown" or "remove", NodeId: { } node }
        && (await engine.GetAsync<SwarmNode>($"nodes/{node}", ct))?.Status.State is (null or "down");

    /// <summary>Waits until it runs, or ran.</summary>
    /// <exception cref="ReplicaStartException">It does not; the Swarm's words say why.</exception>
    public async Task<SwarmTask> StartedAsync(string service, string image, TimeSpan longestPull, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var task = await FindAsync(service, ct);
            if (IsRunning(task) || HasEnded(task) && HasRun(task!)) return task!;
            if (HasEnded(task)) throw Failed(image, task!.Status.Err ?? task.Status.Message ?? task.Status.State);
            var elapsed = clock.GetElapsedTime(start);
            var isPlaced = task?.Status.State is "assigned" or "accepted" or "preparing" or "ready" or "starting";
            if (elapsed > (isPlaced ? longestPull : LongestPlacement))
                throw Failed(image, task?.Status is { } status ? $"{status.State} for {elapsed.TotalSeconds:0} s: {status.Err ?? status.Message}" : "the Swarm has made no task");
            await Task.Delay(Look, clock, ct);
        }
    }

    /// <summary>Whether its container is one of this engine's.</summary>
    public async Task<bool> IsHereAsync(SwarmTask task, CancellationToken ct) => task.NodeId == await SelfAsync(ct);

    /// <summary>The address under which this machine reaches the task's node.</summary>
    public async Task<string> AddressOfAsync(SwarmTask task, CancellationToken ct)
    {
        if (task.NodeId is not { } node || node == await SelfAsync(ct)) return "127.0.0.1";
        if (_addresses.TryGetValue(node, out var known)) return known;
        var found = await engine.GetAsync<SwarmNode>($"nodes/{node}", ct);
        return found is null ? "127.0.0.1" : _addresses[node] = found.Status.Addr;
    }

    /// <summary>How a task on another node ends, as far as the Swarm tells.</summary>
    public async Task<ExitStatus> ExitAsync(string service, CancellationToken ct)
    {
        while (true)
        {
            var task = await FindAsync(service, ct);
            if (task is null || await IsLostAsync(task, ct)) return ExitStatus.Unknown;
            if (HasEnded(task)) return task.Status.ContainerStatus is { } container ? FollowedContainer.StatusOf(container.ExitCode) : ExitStatus.Unknown;
            await Task.Delay(RemoteLook, clock, ct);
        }
    }

    /// <summary>A program that ended by itself, well or not, has run; anything else kept it from running.</summary>
    private static bool HasRun(SwarmTask task) =>
        task.Status.State == "complete" || task.Status.Err?.StartsWith("task: non-zero exit", StringComparison.Ordinal) == true;

    private static ReplicaStartException Failed(string image, string why) => new(
        $"The Swarm cannot start '{image}': {why.Trim().TrimEnd('.')}. Correct the docker section, or what it names; every node must be able to get the image.",
        isTransient: why.Contains("already", StringComparison.Ordinal) || why.Contains("no suitable node", StringComparison.Ordinal));

    private async Task<string?> SelfAsync(CancellationToken ct) => _self ??= (await engine.GetAsync<EngineInfo>("info", ct))?.Swarm?.NodeId;
}
