using MassTransit;
using Platform.Contracts.Scaling;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Applications;

/// <summary>
/// Changes how many replicas of an application are wanted, unless the manifest forbids it. During a rollout the number is only written down:
/// the rollout sees it at its next look, and divides it between its revisions.
/// </summary>
internal sealed class Scaling(Manifests manifests, OutsideScales outside, Facts facts, TimeProvider time)
{
    /// <summary>Does it, or says why not.</summary>
    /// <returns>Why not, and when to try again; null: done.</returns>
    public async Task<string?> ApplyAsync(Transaction tx, ScaleApplication command)
    {
        var application = await tx.ApplicationAsync(command.Application);
        var refusal = await RefusalAsync(tx, application, command);
        var idle = application?.Rollout is null;
        // The row's own words decide when a rollout takes the application, or leaves it, at the same moment.
        if (refusal is null && await tx.ExecuteAsync(
            $"UPDATE applications SET wanted = @Replicas WHERE name = @Application AND rollout {(idle ? "IS NULL" : "= @Rollout")} AND state = 'present'",
            new { command.Replicas, command.Application, application!.Rollout }) != 1)
        {
            refusal = "a rollout has just begun or ended; try again";
        }

        var before = application?.Wanted ?? 0;
        if (refusal is not null)
        {
            await tx.PublishAsync(new ScalingRefused
            {
                Application = command.Application,
                At = time.GetUtcNow(),
                CorrelationId = command.CorrelationId,
                Requested = command.Replicas,
                Reason = refusal,
            });
        }
        else if (before != command.Replicas)
        {
            if (application!.Rollout is null) await tx.SetTargetAsync(command.Application, application.StableRevision!, new Share(command.Replicas, 100));
            await tx.PublishAsync(new ApplicationScaled
            {
                Application = command.Application,
                At = time.GetUtcNow(),
                CorrelationId = command.CorrelationId,
                From = before,
                To = command.Replicas,
                RequestedBy = command.RequestedBy,
                Reason = command.Reason,
            });
            await facts.ChangedAsync(tx, command.Application);
        }

        if (application is not null && (refusal is not null || before != command.Replicas)) await RememberAsync(tx, command, before, refusal);
        return refusal;
    }

    private async Task<string?> RefusalAsync(Transaction tx, ApplicationRow? application, ScaleApplication command)
    {
        if (application is not { State: ApplicationStates.Present }) return $"there is no application {command.Application}";
        if (application.StableRevision is null) return application.Rollout is null ? "no revision serves yet" : "no revision serves yet; try again when its first rollout has ended";
        if (outside.Find(command.Application) is { } decider && command.RequestedBy != decider.Name)
            return $"the {decider.Name} decides how many replicas it has; change it there, or delete it to have the platform decide again";
        if (application.Rollout is not null && command.Replicas == 0) return "a rollout is under way, which needs a replica at least; try again when it has ended";
        if (await manifests.FindAsync(tx, application.Name, application.StableRevision) is not { } manifest) return $"the manifest of {application.StableRevision} is not valid for this version of the platform";
        return command.Replicas >= manifest.Scaling.Min && command.Replicas <= manifest.Scaling.Max
            ? null
            : $"the manifest of {application.StableRevision} allows {manifest.Scaling.Min} to {manifest.Scaling.Max} replicas, not {command.Replicas}";
    }

    private async Task RememberAsync(Transaction tx, ScaleApplication command, int before, string? refusal) => await tx.ExecuteAsync(
        """
        INSERT INTO scaling_history (application, at, replicas_before, replicas_after, requested_by, reason, refused)
        VALUES (@Application, @now, @before, @Replicas, @RequestedBy, @Reason, @refusal)
        """,
        new { command.Application, now = time.GetUtcNow(), before, command.Replicas, command.RequestedBy, command.Reason, refusal });
}

/// <summary>Somebody wants another number of replicas.</summary>
internal sealed class ScaleApplicationConsumer(Scaling scaling) : IConsumer<ScaleApplication>
{
    public Task Consume(ConsumeContext<ScaleApplication> context) => scaling.ApplyAsync(context.Transaction(), context.Message);
}
