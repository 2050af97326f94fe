using Platform.Workloads.Manifests;

namespace Platform.Workloads.Runtimes;

/// <summary>
/// Starts, finds, watches and stops replicas of one kind. Every implementation passes the contract tests of tests/Workloads.Tests.
/// What it starts carries markers (replica, generation, owner), by which it is found again after a crash.
/// </summary>
public interface IReplicaRuntime
{
    /// <summary>What a manifest's <c>runtime</c> calls it.</summary>
    string Name { get; }

    /// <summary>Starts a replica. It is running, not yet healthy, when this returns.</summary>
    /// <exception cref="ReplicaStartException">It cannot be started, and nothing of it is left; the message says what to do.</exception>
    Task<ReplicaHandle> StartAsync(ReplicaSpec spec, CancellationToken ct);

    /// <summary>Everything alive that carries the owner's marker, whoever started it. What has ended of it is cleared away.</summary>
    /// <exception cref="RuntimeUnavailableException">The runtime does not answer at the moment.</exception>
    Task<IReadOnlyList<ReplicaHandle>> FindAsync(string owner, CancellationToken ct);

    /// <summary>True while the very instance the handle means lives; a later one of the same replica, or with the same pid, does not count.</summary>
    /// <exception cref="RuntimeUnavailableException">The runtime does not answer at the moment: nobody knows.</exception>
    Task<bool> IsAliveAsync(ReplicaHandle handle, CancellationToken ct);

    /// <summary>Ends when the replica has. Works for replicas of an earlier run too, whose exit code may not be known. Outlasts outages of the runtime.</summary>
    Task<ExitStatus> WaitForExitAsync(ReplicaHandle handle, CancellationToken ct);

    /// <summary>Asks it to end (SIGTERM), waits up to <paramref name="grace"/>, then ends it and everything it started. Stopping what has ended is fine.</summary>
    /// <exception cref="RuntimeUnavailableException">The runtime does not answer at the moment; to be tried again.</exception>
    Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct);

    /// <summary>What it uses; null when it has ended.</summary>
    /// <exception cref="RuntimeUnavailableException">The runtime does not answer at the moment.</exception>
    Task<ResourceUsage?> UsageAsync(ReplicaHandle handle, CancellationToken ct);

    /// <summary>The last <paramref name="tail"/> lines of its output, and with <paramref name="follow"/> what is added until cancelled.</summary>
    IAsyncEnumerable<string> LogsAsync(string replica, string logDirectory, int tail, bool follow, CancellationToken ct);
}

/// <summary>A replica to be started.</summary>
public sealed record ReplicaSpec
{
    /// <summary>Its id, unique for ever: letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</summary>
    public required string Id { get; init; }
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>The deployment service's generation of the intent; goes into the markers.</summary>
    public required long Generation { get; init; }
    /// <summary>Whose it is: the deployment instance (a hash of its data folder).</summary>
    public required string Owner { get; init; }
    /// <summary>The revision's manifest.</summary>
    public required Manifest Manifest { get; init; }
    /// <summary>The port it is to listen on.</summary>
    public required int Port { get; init; }
    /// <summary>Folder for its output; made if missing.</summary>
    public required string LogDirectory { get; init; }
}

/// <summary>A replica that was started. Plain data, so that it can be stored and used by a later run.</summary>
public sealed record ReplicaHandle
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>The generation it was started with.</summary>
    public required long Generation { get; init; }
    /// <summary>What the runtime knows it by, never given twice: a process's id and start time (<see cref="Processes.ProcessInstance"/>), a container's id.</summary>
    public required string Instance { get; init; }
    /// <summary>Where it listens.</summary>
    public required Uri Address { get; init; }
}

/// <summary>How a replica ended.</summary>
/// <param name="ExitCode">0 to 255 as the process gave it; null: ended by a signal, or not known.</param>
/// <param name="Signal">The signal that ended it; null: none, or not known.</param>
public sealed record ExitStatus(int? ExitCode, int? Signal)
{
    /// <summary>It ended, and nobody saw how (it was the child of an earlier run).</summary>
    public static ExitStatus Unknown { get; } = new(null, null);

    /// <summary>Why, in the words of what ran it; null: it gives no reason.</summary>
    public string? Reason { get; init; }

    /// <summary>The code a shell would show (128 + signal for signals); null: not known.</summary>
    public int? Code => ExitCode ?? (Signal is { } signal ? 128 + signal : null);

    /// <summary>For people.</summary>
    public override string ToString() => Reason is null ? InWords() : $"{InWords()}: {Reason}";

    private string InWords() => this switch
    {
        { Signal: 9, Reason: not null } => "killed by SIGKILL (9)",
        { Signal: 9 } => "killed by SIGKILL (9); if nobody stopped it, it may have reached its memory limit",
        { Signal: 15 } => "ended by SIGTERM (15)",
        { Signal: { } signal } => $"ended by signal {signal}",
        { ExitCode: { } code } => $"exited with code {code}",
        _ => "ended; its exit code is not known",
    };
}

/// <summary>What a replica (with everything it started, where cgroups tell) uses.</summary>
/// <param name="CpuSeconds">CPU time since its start.</param>
/// <param name="MemoryBytes">Memory now.</param>
public sealed record ResourceUsage(double CpuSeconds, long MemoryBytes);

/// <summary>A replica cannot be started; trying again without a change will not help unless <see cref="IsTransient"/>.</summary>
public sealed class ReplicaStartException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="isTransient">True: the machine was short of something; a later try may work.</param>
    public ReplicaStartException(string message, bool isTransient = false) : base(message) => IsTransient = isTransient;

    /// <summary>True: a later try may work.</summary>
    public bool IsTransient { get; }
}

/// <summary>A runtime cannot be asked at the moment (its engine is away): nothing is known of its replicas, and nothing may be concluded.</summary>
/// <param name="message">Which, where, and what to do.</param>
/// <param name="cause">What was met.</param>
public sealed class RuntimeUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
