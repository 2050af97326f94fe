using MassTransit;
using Platform.Contracts.Deployments;
using Platform.Deployment.Traffic;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Applications;

/// <summary>
/// Removes an application: nothing of it is wanted any more, its route is withdrawn, its rollouts find it gone and end. Its replicas
/// drain and stop like any other; when the last has, it is removed. Its history stays.
/// </summary>
internal sealed class Removal(Routes routes, Facts facts, TimeProvider time)
{
    /// <summary>Begins the removal.</summary>
    /// <returns>False: there is no such application.</returns>
    public async Task<bool> BeginAsync(Transaction tx, RemoveApplication command)
    {
        if (await tx.ExecuteAsync(
            "UPDATE applications SET state = 'removing', rollout = NULL, wanted = 0 WHERE name = @Application AND state = 'present'", new { command.Application }) != 1)
        {
            return false;
        }

        await tx.ExecuteAsync("DELETE FROM targets WHERE application = @Application", new { command.Application });
        await tx.ExecuteAsync(
            "UPDATE rollouts SET due_at = @now WHERE application = @Application AND ended_at IS NULL AND due_at IS NOT NULL", new { command.Application, now = time.GetUtcNow() });
        await routes.UpdateAsync(tx, command.Application, command.Reason, command.CorrelationId);
        await facts.ChangedAsync(tx, command.Application);
        return true;
    }
}

/// <summary>Somebody wants an application gone.</summary>
internal sealed class RemoveApplicationConsumer(Removal removal) : IConsumer<RemoveApplication>
{
    public Task Consume(ConsumeContext<RemoveApplication> context) => removal.BeginAsync(context.Transaction(), context.Message);
}
