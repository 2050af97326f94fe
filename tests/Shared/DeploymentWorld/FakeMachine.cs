using System.Collections.Concurrent;

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
    private readonly ConcurrentDictionary<int, FakeProcess> _processes = [];
    private int _lastProcess = 1000, _lastPort = 20_000;

    /// <summary>Every process there ever was, in the order of their start.</summary>
    public IReadOnlyList<FakeProcess> All => [.. _processes.Values.OrderBy(p => p.ProcessId)];

    /// <summary>Those that live.</summary>
    public IReadOnlyList<FakeProcess> Alive => [.. All.Where(p => p.IsAlive)];

    /// <summary>Asked before a process is stopped: is it in the routing table of somebody who forwards requests?</summary>
    public Func<string, bool> IsRouted { get; set; } = _ => false;

    public Behaviour Of(string revision) => _behaviours.GetOrAdd(revision, _ => new Behaviour());

    public int NextPort() => Interlocked.Increment(ref _lastPort);

    public FakeProcess Start(string replica, string application, string revision, long generation, string owner, int port)
    {
        var process = new FakeProcess
        {
            Replica = replica,
            Application = application,
            Revision = revision,
            Generation = generation,
            Owner = owner,
            Port = port,
            ProcessId = Interlocked.Increment(ref _lastProcess),
        };
        _processes[process.ProcessId] = process;
        if (Of(revision).ExitsWith is { } code) process.Ended.TrySetResult(code);
        return process;
    }

    public FakeProcess? Find(int processId) => _processes.GetValueOrDefault(processId);

    public FakeProcess? ByPort(int port) => _processes.Values.Where(p => p.Port == port).MaxBy(p => p.ProcessId);

    /// <summary>It dies of itself.</summary>
    public void Crash(FakeProcess process, int code = 134) => process.Ended.TrySetResult(code);

    /// <summary>The platform stops it.</summary>
    public void Stop(FakeProcess process)
    {
        if (process.IsAlive && IsRouted(process.Replica)) process.StoppedWhileRouted = true;
        process.Ended.TrySetResult(0);
    }
}
