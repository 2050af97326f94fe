using Platform.Testing.DeploymentWorld;
using Platform.Workloads.Runtimes;

namespace Platform.Reliability.Mutants;

/// <summary>A runtime of which one thing is done differently.</summary>
internal sealed class TamperedRuntime(FakeRuntime inner) : IReplicaRuntime
{
    public Func<FakeRuntime, ReplicaSpec, CancellationToken, Task<ReplicaHandle>> Start { get; init; } = (runtime, spec, ct) => runtime.StartAsync(spec, ct);

    public Func<FakeRuntime, string, CancellationToken, Task<IReadOnlyList<ReplicaHandle>>> Find { get; init; } = (runtime, owner, ct) => runtime.FindAsync(owner, ct);

    /// <summary>The process that a handle is taken to mean.</summary>
    public Func<ReplicaHandle, ReplicaHandle> Meant { get; init; } = handle => handle;

    public string Name => inner.Name;

    public Task<ReplicaHandle> StartAsync(ReplicaSpec spec, CancellationToken ct) => Start(inner, spec, ct);

    public Task<IReadOnlyList<ReplicaHandle>> FindAsync(string owner, CancellationToken ct) => Find(inner, owner, ct);

    public Task<bool> IsAliveAsync(ReplicaHandle handle, CancellationToken ct) => inner.IsAliveAsync(Meant(handle), ct);

    public Task<ExitStatus> WaitForExitAsync(ReplicaHandle handle, CancellationToken ct) => inner.WaitForExitAsync(Meant(handle), ct);

    public Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct) => inner.StopAsync(Meant(handle), grace, ct);

    public Task<ResourceUsage?> UsageAsync(ReplicaHandle handle, CancellationToken ct) => inner.UsageAsync(handle, ct);

    public IAsyncEnumerable<string> LogsAsync(string replica, string logDirectory, int tail, bool follow, CancellationToken ct) =>
        inner.LogsAsync(replica, logDirectory, tail, follow, ct);
}
