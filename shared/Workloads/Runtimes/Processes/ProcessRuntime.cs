using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Processes.Limits;
using Platform.Workloads.Runtimes.Logs;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>
/// Replicas as processes of this machine. They outlive the platform: nothing here ends them but <see cref="StopAsync"/>, and a later
/// run finds them by their markers.
/// </summary>
internal sealed class ProcessRuntime : IReplicaRuntime, IDisposable
{
    private const int MostRemovals = 20;
    private static readonly TimeSpan RemovalPause = TimeSpan.FromMilliseconds(50);
    private readonly IEffects _effects;
    private readonly ISecrets _secrets;
    private readonly TimeProvider _clock;
    private readonly ProcessRuntimeOptions _options;
    private readonly ILogger<ProcessRuntime> _log;
    private readonly Lazy<ControlGroups?> _groups;
    private readonly ProcessStop _stop;
    private readonly ConcurrentDictionary<(string Id, long Generation), ReplicaLog> _logs = new();
    private readonly ConcurrentDictionary<(string Id, long Generation), (ProcessInstance Process, Task Cleared)> _endings = new();
    private readonly ITimer _logTimer;

    public ProcessRuntime(IEffects effects, ISecrets secrets, TimeProvider clock, ProcessRuntimeOptions options, ILogger<ProcessRuntime> log)
    {
        (_effects, _secrets, _clock, _options, _log) = (effects, secrets, clock, options, log);
        _groups = new Lazy<ControlGroups?>(DetectGroups);
        _stop = new ProcessStop(effects, clock, () => _groups.Value);
        _logTimer = clock.CreateTimer(_ => RotateLogs(), null, options.LogCheckInterval, options.LogCheckInterval);
    }

    public string Name => RuntimeNames.Process;

    public async Task<ReplicaHandle> StartAsync(ReplicaSpec spec, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var process = spec.Manifest.Process ?? throw new ReplicaStartException("The manifest has no process section.");
        if (!Rules.IsRevision(spec.Id)) throw new ArgumentException("A replica's id consists of letters, digits, '.', '_' and '-'.", nameof(spec));
        Directory.CreateDirectory(spec.LogDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var workingDirectory = process.WorkingDirectory ?? Path.GetFullPath(spec.LogDirectory);
        if (!Directory.Exists(workingDirectory))
            throw new ReplicaStartException($"The working directory '{workingDirectory}' does not exist; correct process.workingDirectory, or build the application first.");
        var environment = ReplicaEnvironment.Of(spec, _secrets, Environment.GetEnvironmentVariable);
        var program = ExecutablePath.Find(process.Command[0], workingDirectory, environment["PATH"]);
        // What clears away after an attempt that has ended would take this one's processes and group for its own.
        if (_endings.TryGetValue((spec.Id, spec.Generation), out var former) && ProcessTable.Alive(former.Process) is null) await former.Cleared.WaitAsync(ct);
        var log = new ReplicaLog(ReplicaLog.PathOf(spec.Id, spec.LogDirectory), _options.LargestLog, _options.KeptLogs);
        _logs[(spec.Id, spec.Generation)] = log;
        ReplicaLog.RemoveOld(spec.LogDirectory, _options.KeptEndedReplicas, _logs.Values.Select(l => l.Path).ToHashSet(StringComparer.Ordinal));
        var group = CreateGroup(spec);
        try
        {
            var handle = _effects.Perform(EffectKind.ProcessStart, spec.Id, () =>
            {
                var processId = ProcessSpawn.Start(program, process.Command, [.. environment.Select(v => $"{v.Key}={v.Value}")], workingDirectory, log.Path);
                if (group?.Add(processId) == false) _log.LogWarning("Replica {Replica} could not be put into its cgroup; its limits are not enforced", spec.Id);
                // Our child stays at least as a zombie until the watch below reaps it, so it is there to be read.
                return Markers.Of(spec).Handle(new ProcessInstance(processId, ProcessTable.Find(processId)!.StartTime).ToString());
            });
            Follow(handle, group);
            return handle;
        }
        catch (ReplicaStartException)
        {
            _logs.TryRemove((spec.Id, spec.Generation), out _);
            group?.TryRemove();
            throw;
        }
    }

    public Task<IReadOnlyList<ReplicaHandle>> FindAsync(string owner, CancellationToken ct)
    {
        var oldest = new Dictionary<(string Id, long Generation), (ProcessInstance Process, ReplicaHandle Handle)>();
        foreach (var processId in ProcessTable.All())
        {
            ct.ThrowIfCancellationRequested();
            if (ProcessTable.MarkersOf(processId) is not { } markers || markers.Owner != owner) continue;
            if (ProcessTable.Find(processId) is not { IsAlive: true } entry) continue;
            // What a replica starts inherits its markers; the replica itself is the oldest of them.
            var process = new ProcessInstance(processId, entry.StartTime);
            var handle = markers.Handle(process.ToString());
            // Two attempts at the same replica are two replicas: one of them is nobody's, and must be found to be stopped.
            var key = (handle.Id, handle.Generation);
            if (!oldest.TryGetValue(key, out var other) || (entry.StartTime, processId).CompareTo((other.Process.StartTime, other.Process.ProcessId)) < 0)
                oldest[key] = (process, handle);
        }

        foreach (var (_, handle) in oldest.Values) Adopt(handle);
        return Task.FromResult<IReadOnlyList<ReplicaHandle>>([.. oldest.Values.Select(o => o.Handle).OrderBy(h => h.Id, StringComparer.Ordinal)]);
    }

    public Task<bool> IsAliveAsync(ReplicaHandle handle, CancellationToken ct) => Task.FromResult(ProcessTable.Alive(ProcessInstance.Of(handle)) is not null);

    public Task<ExitStatus> WaitForExitAsync(ReplicaHandle handle, CancellationToken ct) => ExitOf(handle).WaitAsync(ct);

    public Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct) => _stop.StopAsync(handle, grace, ct);

    public Task<ResourceUsage?> UsageAsync(ReplicaHandle handle, CancellationToken ct)
    {
        if (ProcessTable.Alive(ProcessInstance.Of(handle)) is not { } entry) return Task.FromResult<ResourceUsage?>(null);
        var group = _groups.Value?.GroupOf(entry.ProcessId);
        return Task.FromResult<ResourceUsage?>(new ResourceUsage(
            group?.CpuSeconds() ?? (double)entry.CpuTicks / ProcessTable.TicksPerSecond,
            group?.MemoryBytes() ?? entry.ResidentPages * ProcessTable.PageSize));
    }

    public IAsyncEnumerable<string> LogsAsync(string replica, string logDirectory, int tail, bool follow, CancellationToken ct) =>
        new LogTail(ReplicaLog.PathOf(replica, logDirectory), _clock).ReadAsync(tail, follow, ct);

    /// <summary>Stops looking after logs. The replicas go on.</summary>
    public void Dispose() => _logTimer.Dispose();

    private static Task<ExitStatus> ExitOf(ReplicaHandle handle) => ExitWatch.Shared.WatchAsync(ProcessInstance.Of(handle).ProcessId, ProcessInstance.Of(handle).StartTime);

    private ReplicaGroup? CreateGroup(ReplicaSpec spec)
    {
        var resources = spec.Manifest.Resources;
        var group = _groups.Value?.Group(spec.Owner, FormattableString.Invariant($"{spec.Id}.{spec.Generation}"));
        IReadOnlyList<string> refused = ["cpu", "memory"];
        try
        {
            if (group is not null) refused = group.Create(resources);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _log.LogWarning(error, "The cgroup of replica {Replica} cannot be made", spec.Id);
            group = null;
        }

        if (refused.Count > 0 && (resources.Cpu is not null || resources.MemoryBytes is not null))
            _log.LogWarning("Limits of replica {Replica} that cannot be enforced here, for want of a writable cgroup: {Limits}", spec.Id, string.Join(", ", refused));
        return group;
    }

    private void Adopt(ReplicaHandle handle)
    {
        if (_endings.ContainsKey((handle.Id, handle.Generation))) return;
        if (ProcessTable.Output(ProcessInstance.Of(handle).ProcessId) is { } output && Path.GetFileName(output) == handle.Id + ".log")
            _logs[(handle.Id, handle.Generation)] = new ReplicaLog(output, _options.LargestLog, _options.KeptLogs);
        Follow(handle, _groups.Value?.GroupOf(ProcessInstance.Of(handle).ProcessId));
    }

    /// <summary>The group is told, not looked up: the kernel takes a process that has ended out of its group (version 1), so a quick one has none to be found.</summary>
    private void Follow(ReplicaHandle handle, ReplicaGroup? group) =>
        _endings[(handle.Id, handle.Generation)] = (ProcessInstance.Of(handle), FollowAsync(handle, group));

    /// <summary>When the replica has ended, however it did, what it started is ended too, and its group goes.</summary>
    private async Task FollowAsync(ReplicaHandle handle, ReplicaGroup? group)
    {
        try
        {
            var status = await ExitOf(handle);
            _log.LogDebug("Replica {Replica} (process {Process}) {Status}", handle.Id, handle.Instance, status);
            await _stop.EndStragglersAsync(handle, group, CancellationToken.None);
            if (group is not null) await RemoveAsync(group);
        }
        catch (Exception error)
        {
            _log.LogError(error, "Cleaning up after replica {Replica} failed", handle.Id);
        }
        finally
        {
            _logs.TryRemove((handle.Id, handle.Generation), out _);
            _endings.TryRemove((handle.Id, handle.Generation), out _);
        }
    }

    /// <summary>The kernel may hold a group for a moment after its last process has ended. What is still there later goes as a leftover at the next start.</summary>
    private async Task RemoveAsync(ReplicaGroup group)
    {
        for (var tries = 0; !group.TryRemove() && tries < MostRemovals; tries++) await Task.Delay(RemovalPause, _clock);
    }

    private void RotateLogs()
    {
        foreach (var (replica, log) in _logs)
        {
            try
            {
                log.RotateIfLarge();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                _log.LogWarning(error, "The log of replica {Replica} cannot be rotated", replica.Id);
            }
        }
    }

    private ControlGroups? DetectGroups()
    {
        if (!_options.UseControlGroups) return null;
        try
        {
            var groups = ControlGroups.Detect();
            if (groups.Controllers.Count == 0)
            {
                _log.LogInformation("No writable cgroup: resource limits are not enforced, usage comes from /proc");
                return null;
            }

            groups.RemoveLeftovers(_clock.GetUtcNow());
            return groups;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _log.LogWarning(error, "cgroups cannot be used: resource limits are not enforced, usage comes from /proc");
            return null;
        }
    }
}
