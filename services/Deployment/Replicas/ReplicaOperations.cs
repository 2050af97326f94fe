using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Platform.Storage;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Replicas;

/// <summary>
/// The slow things: starting and stopping processes. One at a time per replica, a bounded number of starts over all, and never in the
/// way of other replicas. Each is: committed intent → the act, marked → commit of what came of it; so that it can be cut anywhere.
/// </summary>
internal sealed partial class ReplicaOperations(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    IEnumerable<IReplicaRuntime> runtimes,
    ReplicaEvents events,
    ReplicaLogs logs,
    Facts facts,
    IOptions<DeploymentOptions> options,
    TimeProvider time,
    ILogger<ReplicaOperations> log) : IDisposable
{
    private static readonly TimeSpan RecordRetry = TimeSpan.FromSeconds(1);
    private static readonly ActivitySource Traces = new("Platform.Deployment");
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _starts = new(options.Value.ParallelStarts);

    /// <summary>True: something is being done to the replica right now.</summary>
    public bool IsBusy(string replica) => _running.ContainsKey(replica);

    /// <summary>The runtime of a manifest.</summary>
    public IReplicaRuntime Runtime(string name) => runtimes.First(r => r.Name == name);

    /// <summary>Starts what was intended.</summary>
    public void Start(Lease lease, string owner, ReplicaRow row, Manifest manifest, CancellationToken ct) =>
        Run(row, () => StartAsync(lease, owner, row, manifest, ct), ct);

    /// <summary>Stops a replica that is leaving.</summary>
    public void Stop(Lease lease, ReplicaRow row, string runtime, CancellationToken ct) =>
        Run(row, () => StopAsync(lease, row, runtime, "stopped", options.Value.StopGrace, ct), ct);

    /// <summary>Stops a replica that never became healthy, and says why.</summary>
    public void Discard(Lease lease, ReplicaRow row, Manifest manifest, string finding, CancellationToken ct) => Run(
        row,
        async () =>
        {
            var why = $"{finding}; {await logs.TailAsync(Runtime(manifest.Runtime), row, manifest, ct)}";
            await StopAsync(lease, row, manifest.Runtime, why, TimeSpan.FromSeconds(1), ct);
        },
        ct);

    /// <inheritdoc/>
    public void Dispose() => _starts.Dispose();

    /// <summary>Waits until nothing is being done any more.</summary>
    public async Task SettleAsync()
    {
        foreach (var task in _running.Values) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task StartAsync(Lease lease, string owner, ReplicaRow row, Manifest manifest, CancellationToken ct)
    {
        await _starts.WaitAsync(ct);
        try
        {
            using var activity = await TraceAsync(row, ct);
            // The intent may have been given up while this waited for its turn; the lease is asked in the same breath.
            if (!await database.TransactAsync(tx => StillWantedAsync(tx, lease, row), ct)) return;
            var runtime = Runtime(manifest.Runtime);
            ReplicaHandle handle;
            try
            {
                handle = await runtime.StartAsync(
                    new ReplicaSpec
                    {
                        Id = row.Id,
                        Application = row.Application,
                        Revision = row.Revision,
                        Generation = row.Generation,
                        Owner = owner,
                        Manifest = manifest,
                        Port = row.Port,
                        LogDirectory = logs.Folder(row.Application),
                    },
                    ct);
            }
            catch (ReplicaStartException error)
            {
                await EndAsync(lease, row, null, $"cannot be started: {error.Message}", ct);
                return;
            }

            if (!await RecordAsync(lease, row, runtime, handle, ct)) await runtime.StopAsync(handle, TimeSpan.Zero, ct);
        }
        finally
        {
            _starts.Release();
        }
    }

    /// <summary>
    /// Until the database has taken it. A commit whose answer was lost may have happened all the same, so the process is not stopped for it;
    /// once more is harmless. Whoever lost the lease leaves the process to its successor, who finds it by its marker.
    /// </summary>
    private async Task<bool> RecordAsync(Lease lease, ReplicaRow row, IReplicaRuntime runtime, ReplicaHandle handle, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await database.TransactAsync(
                    async tx =>
                    {
                        await lease.AssertHeldAsync(tx);
                        await facts.ChangedAsync(tx, row.Application);
                        return await tx.RecordStartAsync(handle, time.GetUtcNow());
                    },
                    ct);
            }
            catch (Exception error) when (StorageErrors.IsUnavailable(error))
            {
                LogUnrecorded(log, row.Id, handle.Instance, error.Message);
                await Task.Delay(RecordRetry, time, ct);
            }
            catch (Exception error) when (error is not (LeaseLostException or OperationCanceledException))
            {
                // The next look would start another with the same marker.
                await runtime.StopAsync(handle, TimeSpan.Zero, CancellationToken.None);
                throw;
            }
        }
    }

    private async Task StopAsync(Lease lease, ReplicaRow row, string runtime, string finding, TimeSpan grace, CancellationToken ct)
    {
        // A zombie must not stop what a later holder may have taken over: the lease is asked just before.
        await database.TransactAsync(lease.AssertHeldAsync, ct);
        if (row.Handle is { } handle) await Runtime(runtime).StopAsync(handle, grace, ct);
        await EndAsync(lease, row, null, finding, ct);
    }

    private Task EndAsync(Lease lease, ReplicaRow row, int? exitCode, string finding, CancellationToken ct) => database.TransactAsync(
        async tx =>
        {
            await lease.AssertHeldAsync(tx);
            await events.EndedAsync(tx, row, exitCode, finding);
        },
        ct);

    private static async Task<bool> StillWantedAsync(Transaction tx, Lease lease, ReplicaRow row)
    {
        await lease.AssertHeldAsync(tx);
        return await tx.ReplicaAsync(row.Id) is { Phase: ReplicaState.Starting, Instance: null } now && now.Generation == row.Generation;
    }

    /// <summary>The start belongs to the trace of the rollout that wants it, though no call leads from there to here.</summary>
    private async Task<Activity?> TraceAsync(ReplicaRow row, CancellationToken ct)
    {
        if (!Traces.HasListeners()) return null;
        var parent = await database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<string>(
                "SELECT trace FROM rollouts WHERE application = @Application AND revision = @Revision ORDER BY created_at DESC LIMIT 1",
                new { row.Application, row.Revision }),
            ct);
        return Traces.StartActivity("start replica", ActivityKind.Internal, parent)?
            .SetTag("platform.application", row.Application).SetTag("platform.revision", row.Revision).SetTag("platform.replica", row.Id);
    }

    private void Run(ReplicaRow row, Func<Task> work, CancellationToken ct)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_running.TryAdd(row.Id, gate.Task)) _ = PerformAsync();

        async Task PerformAsync()
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                LogCut(log, row.Id);
            }
            catch (Exception error)
            {
                // It is tried again by the next look at the application; nothing is remembered but what was committed.
                LogFailed(log, error, row.Id);
            }
            finally
            {
                _running.TryRemove(row.Id, out _);
                gate.SetResult();
                facts.Replicas(row.Application).Wake();
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "What was being done to {Replica} failed and will be tried again")]
    private static partial void LogFailed(ILogger log, Exception error, string replica);

    [LoggerMessage(3, LogLevel.Warning, "{Replica} runs as {Instance}, which cannot be recorded yet: {Reason}")]
    private static partial void LogUnrecorded(ILogger log, string replica, string instance, string reason);

    [LoggerMessage(2, LogLevel.Debug, "What was being done to {Replica} was cut; the next start takes it up")]
    private static partial void LogCut(ILogger log, string replica);
}
