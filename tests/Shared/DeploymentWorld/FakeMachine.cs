using System.Collections.Concurrent;
using Platform.Workloads.Runtimes;

namespace Platform.Testing.DeploymentWorld;

/// <summary>How the replicas of a revision behave on a <see cref="FakeMachine"/>.</summary>
internal sealed class Behaviour
{
    /// <summary>They cannot be started: this message.</summary>
    public string? StartError { get; set; }
    /// <summary>They end right after their start, with this code.</summary>
    public int? ExitsWith { get; set; }
    /// <summary>What a health check sees.</summary>
    public bool Healthy { get; set; } = true;
    /// <summary>What an unhealthy answer says.</summary>
    public string Finding { get; set; } = "GET /health: answered 503: database is down";
    /// <summary>What they write.</summary>
    public List<string> Output { get; } = ["starting", "ready"];
}

/// <summary>A process on a <see cref="FakeMachine"/>.</summary>
internal sealed class FakeProcess
{
    public required string Replica { get; init; }
    public required string Application { get; init; }
    public required string Revision { get; init; }
    public required long Generation { get; init; }
    public required string Owner { get; init; }
    public required int ProcessId { get; init; }
    /// <summary>Unique for ever, which the process id is not.</summary>
    public required long StartTime { get; init; }
    public required int Port { get; init; }
    public TaskCompletionSource<int?> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public bool IsAlive => !Ended.Task.IsCompleted;
    /// <summary>False: this one fails its health checks, whatever its revision's behaviour says.</summary>
    public bool Healthy { get; set; } = true;
    /// <summary>True: it was alive in the gateway's table when it was stopped, which must never happen.</summary>
    public bool StoppedWhileRouted { get; set; }
}

/// <summary>
/// The machine: what goes on when the deployment service is killed. One per world; every service that is started in the world,
/// one after another or two at a time, sees the same one.
/// </summary>
internal sealed class FakeMachine
{
    private readonly ConcurrentDictionary<string, Behaviour> _behaviours = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, FakeProcess> _processes = [];
    private int _lastProcess = 1000, _lastPort = 20_000;
    private long _lastStart = 500_000;

    /// <summary>Every process there ever was, in the order of their start.</summary>
    public IReadOnlyList<FakeProcess> All => [.. _processes.Values.OrderBy(p => p.StartTime)];

    /// <summary>Those that live.</summary>
    public IReadOnlyList<FakeProcess> Alive => [.. All.Where(p => p.IsAlive)];

    /// <summary>Asked before a process is stopped: is it in the routing table of somebody who forwards requests?</summary>
    public Func<string, bool> IsRouted { get; set; } = _ => false;

    public Behaviour Of(string revision) => _behaviours.GetOrAdd(revision, _ => new Behaviour());

    public int NextPort() => Interlocked.Increment(ref _lastPort);

    /// <summary>Told of every process that is started.</summary>
    public Action<FakeProcess> Started { get; set; } = _ => { };

    /// <summary>Told of every living process that the platform stops, before it has ended.</summary>
    public Action<FakeProcess> Stopping { get; set; } = _ => { };

    public FakeProcess Start(string replica, string application, string revision, long generation, string owner, int port, int? processId = null)
    {
        var process = new FakeProcess
        {
            Replica = replica,
            Application = application,
            Revision = revision,
            Generation = generation,
            Owner = owner,
            Port = port,
            ProcessId = processId ?? Interlocked.Increment(ref _lastProcess),
            StartTime = Interlocked.Increment(ref _lastStart),
        };
        _processes[process.StartTime] = process;
        Started(process);
        if (Of(revision).ExitsWith is { } code) process.Ended.TrySetResult(code);
        return process;
    }

    /// <summary>A job of a pipeline: it behaves as <c>job NAME</c> is said to, and by itself ends well at once.</summary>
    public FakeProcess StartJob(string job, ReplicaSpec spec)
    {
        var behaviour = OfJob(job);
        if (behaviour.StartError is { } error) throw new ReplicaStartException(error);
        var process = new FakeProcess
        {
            Replica = spec.Id,
            Application = spec.Application,
            Revision = $"job {job}",
            Generation = spec.Generation,
            Owner = spec.Owner,
            Port = spec.Port,
            ProcessId = Interlocked.Increment(ref _lastProcess),
            StartTime = Interlocked.Increment(ref _lastStart),
        };
        _processes[process.StartTime] = process;
        Jobs.Enqueue(job);
        Started(process);
        if (behaviour.ExitsWith is { } code) process.Ended.TrySetResult(code);
        return process;
    }

    /// <summary>Every job that was begun, in its order.</summary>
    public ConcurrentQueue<string> Jobs { get; } = [];

    /// <summary>How a job behaves.</summary>
    public Behaviour OfJob(string job) => _behaviours.GetOrAdd($"job {job}", _ => new Behaviour { ExitsWith = 0 });

    /// <summary>The process that has, or had last, this id.</summary>
    public FakeProcess? Find(int processId) => _processes.Values.Where(p => p.ProcessId == processId).MaxBy(p => p.StartTime);

    /// <summary>The process of this id and start time.</summary>
    public FakeProcess? Find(int processId, long startTime) => _processes.GetValueOrDefault(startTime) is { } process && process.ProcessId == processId ? process : null;

    public FakeProcess? ByPort(int port) => _processes.Values.Where(p => p.Port == port).MaxBy(p => p.StartTime);

    /// <summary>Another machine in the same state, for another course of things from here on.</summary>
    public FakeMachine Copy()
    {
        var copy = new FakeMachine { _lastProcess = _lastProcess, _lastPort = _lastPort, _lastStart = _lastStart };
        foreach (var (revision, behaviour) in _behaviours) copy._behaviours[revision] = behaviour;
        foreach (var process in All)
        {
            var again = new FakeProcess
            {
                Replica = process.Replica,
                Application = process.Application,
                Revision = process.Revision,
                Generation = process.Generation,
                Owner = process.Owner,
                Port = process.Port,
                ProcessId = process.ProcessId,
                StartTime = process.StartTime,
                Healthy = process.Healthy,
                StoppedWhileRouted = process.StoppedWhileRouted,
            };
            if (process.Ended.Task.IsCompleted) again.Ended.TrySetResult(process.Ended.Task.Result);
            copy._processes[process.StartTime] = again;
        }

        return copy;
    }

    /// <summary>It dies of itself.</summary>
    public void Crash(FakeProcess process, int code = 134) => process.Ended.TrySetResult(code);

    /// <summary>The platform stops it.</summary>
    public void Stop(FakeProcess process)
    {
        if (!process.IsAlive) return;
        if (IsRouted(process.Replica)) process.StoppedWhileRouted = true;
        Stopping(process);
        process.Ended.TrySetResult(0);
    }
}
