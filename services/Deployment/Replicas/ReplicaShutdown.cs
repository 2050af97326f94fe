using Microsoft.Extensions.Options;
using Platform.Deployment.Applications;
using Platform.Storage;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Replicas;

/// <summary>
/// The end of this instance's turn: the replicas go on and the next start takes them over, unless they are to end with the service
/// (<see cref="DeploymentOptions.StopReplicasOnShutdown"/>); what is wanted stays written, so the next start brings them back.
/// </summary>
internal sealed class ReplicaShutdown(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    Manifests manifests,
    ReplicaOperations operations,
    IOptions<DeploymentOptions> options,
    TimeProvider time)
{
    /// <summary>Ends the turn.</summary>
    public async Task EndAsync(Lease lease)
    {
        if (options.Value.StopReplicasOnShutdown)
        {
            var rows = await database.ReadAsync(reader => reader.LiveReplicasAsync());
            await Task.WhenAll(rows.Select(row => StopAsync(lease, row)));
        }

        await lease.ReleaseAsync();
    }

    private async Task StopAsync(Lease lease, ReplicaRow row)
    {
        if (row.Handle is { } handle && await RuntimeAsync(row) is { } runtime) await runtime.StopAsync(handle, options.Value.StopGrace, CancellationToken.None);
        await database.TransactAsync(async tx =>
        {
            await lease.AssertHeldAsync(tx);
            await tx.MoveAsync(row.Id, row.Phase, ReplicaState.Stopped, "the platform was shut down", time.GetUtcNow());
        });
    }

    private async Task<IReplicaRuntime?> RuntimeAsync(ReplicaRow row) =>
        await database.ReadAsync(reader => manifests.FindAsync(reader, row.Application, row.Revision)) is { } manifest ? operations.Runtime(manifest.Runtime) : null;
}
