using MassTransit;
using Platform.Contracts.Deployments;
using Platform.Deployment.Applications;
using Platform.Messaging;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts;

/// <summary>Turns a rollback into the deployment of a kept revision. The same command twice is one rollout: it keeps the command's id.</summary>
internal sealed class RollBackApplicationConsumer(RolloutIntake intake, Manifests manifests, RollbackWindow window, TimeProvider time) : IConsumer<RollBackApplication>
{
    public async Task Consume(ConsumeContext<RollBackApplication> context)
    {
        var command = context.Message;
        var tx = context.Transaction();
        var (deploy, manifest, refusal) = await PrepareAsync(tx, command);
        if (deploy is not null) refusal = (await intake.AcceptAsync(tx, deploy, manifest!)).Refusal;
        if (refusal is not null) await RefuseAsync(tx, command, refusal, context.CancellationToken);
        else await tx.SendAsync(deploy!, context.CancellationToken);
    }

    private async Task<Prepared> PrepareAsync(Transaction tx, RollBackApplication command)
    {
        if (await tx.ApplicationAsync(command.Application) is not { State: ApplicationStates.Present } application) return new(null, null, $"nothing is deployed under the name '{command.Application}'");
        if ((command.Revision ?? application.PreviousRevision) is not { } revision) return new(null, null, $"{command.Application} has served no revision before {application.StableRevision}");
        if (await tx.RevisionAsync(command.Application, revision) is not { } row) return new(null, null, $"{command.Application} keeps no revision {revision}");
        if (await manifests.FindAsync(tx, command.Application, revision) is not { } manifest) return new(null, null, $"the kept manifest of {revision} is not valid for this version of the platform");
        if (revision == application.StableRevision && application.Rollout is null) return new(null, null, $"{revision} is what {command.Application} serves now");
        return new(
            new DeployApplication
            {
                Application = command.Application,
                At = command.At,
                CorrelationId = command.CorrelationId,
                RequestedBy = command.RequestedBy,
                Reason = command.Reason,
                Manifest = row.Manifest,
                Revision = revision,
                Instant = !command.Gradually && await window.HoldsAsync(tx, command.Application, revision),
                Environment = row.Environment,
                FreezeOverride = RollbackWindow.NeverFrozen,
            },
            manifest,
            null);
    }

    private Task RefuseAsync(Transaction tx, RollBackApplication command, string why, CancellationToken ct) => tx.PublishAsync(
        new DeploymentFailed
        {
            Application = command.Application,
            At = time.GetUtcNow(),
            CorrelationId = command.CorrelationId,
            Revision = command.Revision ?? "",
            Reason = $"The rollback was not let in: {why}",
        },
        ct);

    /// <param name="Deploy">What to deploy; null: nothing.</param>
    /// <param name="Manifest">Its manifest.</param>
    /// <param name="Refusal">Why not.</param>
    private sealed record Prepared(DeployApplication? Deploy, Manifest? Manifest, string? Refusal);
}
