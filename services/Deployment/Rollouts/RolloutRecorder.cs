using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Contracts.Scaling;
using Platform.Deployment.Applications;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>Writes down what a rollout's moves mean for the application, its history and the world: rows and events, in one transaction.</summary>
internal sealed class RolloutRecorder(Manifests manifests, TimeProvider time)
{
    /// <summary>A command that could not become a rollout: it is written down all the same, so that whoever sent it can see why.</summary>
    public async Task RefusedAsync(Transaction tx, RolloutState saga, DeployApplication command, string why)
    {
        var now = time.GetUtcNow();
        if (await tx.RolloutAsync(saga.CorrelationId) is { EndedAt: not null }) return;
        await tx.AddRolloutAsync(
            new RolloutView
            {
                Id = saga.CorrelationId,
                Application = command.Application,
                Revision = command.Revision,
                Strategy = "none",
                State = RolloutStage.Failed.Name(),
                Message = why,
                RequestedBy = command.RequestedBy,
                Reason = command.Reason,
                CreatedAt = now,
            },
            trace: null);
        await tx.ShowAsync(saga.CorrelationId, saga.Progress, course: null, measures: null, now, now);
        await PublishEndAsync(tx, saga, saga.Progress, now);
    }

    /// <summary>One move.</summary>
    public async Task RecordAsync(Transaction tx, RolloutState saga, RolloutProgress before, RolloutProgress next, IReadOnlyList<RolloutStep> steps)
    {
        var now = time.GetUtcNow();
        if (before.Stage == RolloutStage.Queued && next.Stage == RolloutStage.Planning) await PublishStartAsync(tx, saga, next, now);
        foreach (var step in steps)
        {
            await tx.AddStepAsync(saga.CorrelationId, step, now);
            await tx.PublishAsync(new RolloutStepCompleted
            {
                Application = saga.Application,
                At = now,
                CorrelationId = saga.CorrelationId,
                Revision = next.Revision,
                Step = step.Step,
                Message = step.Message,
                Duration = step.Duration,
                Failed = step.Failed,
            });
        }

        if (!before.Decided && next.Decided) await SetStableAsync(tx, saga, next.Revision, next.Stable, RolloutScaling.Count(before), next.Plan!.Replicas, now);
        if (before.Decided && !next.Decided) await SetStableAsync(tx, saga, next.Stable, null, RolloutScaling.Count(before), next.Plan!.OldReplicas, now);
        if (next.Stage.IsEnd() && !before.Stage.IsEnd()) await EndAsync(tx, saga, next, now);
    }

    /// <summary>Tells where the rollout stands, if that has changed or there is new evidence; answers with what has been told.</summary>
    public static async Task<RolloutProgress> TellAsync(
        Transaction tx, RolloutState saga, RolloutProgress before, RolloutProgress progress, RolloutCourse? course, DateTimeOffset now)
    {
        if (course is null) return progress;
        var told = RolloutCourses.Place(progress, course.Jobs);
        if (told == before.Told && progress.EvidenceAt == before.EvidenceAt) return progress;
        await tx.PublishAsync(new RolloutProgressed
        {
            Application = saga.Application,
            At = now,
            CorrelationId = saga.CorrelationId,
            Revision = progress.Revision,
            State = progress.Stage.Name(),
            Message = progress.Message,
            Course = course,
        });
        return progress with { Told = told };
    }

    private async Task PublishStartAsync(Transaction tx, RolloutState saga, RolloutProgress next, DateTimeOffset now)
    {
        var manifest = await manifests.FindAsync(tx, saga.Application, next.Revision);
        await tx.PublishAsync(new RolloutStarted
        {
            Application = saga.Application,
            At = now,
            CorrelationId = saga.CorrelationId,
            Revision = next.Revision,
            StableRevision = next.Stable,
            Strategy = manifest?.Rollout.Strategy ?? "none",
            RequestedBy = saga.RequestedBy,
            Scaling = manifest?.Scaling,
        });
    }

    /// <summary>Another revision serves. A number that somebody has asked for at this very moment stands: the rollout follows it at its next look.</summary>
    private static async Task SetStableAsync(Transaction tx, RolloutState saga, string? stable, string? previous, int seen, int wanted, DateTimeOffset now)
    {
        var changes = await tx.ExecuteAsync(
            "UPDATE applications SET wanted = @wanted WHERE name = @name AND wanted = @seen AND wanted <> @wanted", new { name = saga.Application, seen, wanted }) == 1;
        await tx.ExecuteAsync("UPDATE applications SET stable_revision = @stable, previous_revision = @previous WHERE name = @name", new { name = saga.Application, stable, previous });
        // By the new limits, or because it rested: whoever scales it need not find that out.
        if (changes && saga.Progress.Stable is not null)
        {
            await tx.PublishAsync(new ApplicationScaled
            {
                Application = saga.Application,
                At = now,
                CorrelationId = saga.CorrelationId,
                From = seen,
                To = wanted,
                RequestedBy = Traffic.Routes.Requester,
                Reason = $"{stable} serves now",
            });
        }

        await tx.ExecuteAsync("UPDATE revisions SET served = 1 WHERE application = @name AND name = @stable", new { name = saga.Application, stable });
    }

    private static async Task EndAsync(Transaction tx, RolloutState saga, RolloutProgress next, DateTimeOffset now)
    {
        await tx.ExecuteAsync(
            "UPDATE applications SET rollout = NULL WHERE name = @name AND rollout = @id", new { name = saga.Application, id = saga.CorrelationId });
        // A number that was asked for after the rollout's last look, which looks no more.
        await tx.ExecuteAsync(
            """
            UPDATE targets SET wanted = (SELECT wanted FROM applications WHERE name = @name)
            WHERE application = @name AND until IS NULL AND revision = (SELECT stable_revision FROM applications WHERE name = @name AND rollout IS NULL AND state = 'present')
            """,
            new { name = saga.Application });
        // The next in the queue has its turn.
        await tx.ExecuteAsync(
            "UPDATE rollouts SET due_at = @now WHERE application = @name AND ended_at IS NULL AND due_at IS NOT NULL AND id <> @id",
            new { name = saga.Application, id = saga.CorrelationId, now });
        // An application whose first deployment failed does not exist, unless another attempt is under way.
        await tx.ExecuteAsync(
            """
            UPDATE applications SET state = 'removed'
            WHERE name = @name AND state = 'present' AND stable_revision IS NULL
              AND NOT EXISTS (SELECT 1 FROM rollouts WHERE application = @name AND ended_at IS NULL AND id <> @id)
            """,
            new { name = saga.Application, id = saga.CorrelationId });
        await PublishEndAsync(tx, saga, next, now);
    }

    private static Task PublishEndAsync(Transaction tx, RolloutState saga, RolloutProgress progress, DateTimeOffset now) => progress.Stage switch
    {
        RolloutStage.Completed => tx.PublishAsync(new DeploymentCompleted
        {
            Application = saga.Application,
            At = now,
            CorrelationId = saga.CorrelationId,
            Revision = progress.Revision,
            Duration = now - progress.CreatedAt,
        }),
        RolloutStage.RolledBack => tx.PublishAsync(new DeploymentRolledBack
        {
            Application = saga.Application,
            At = now,
            CorrelationId = saga.CorrelationId,
            Revision = progress.Revision,
            StableRevision = progress.Stable!,
            Reason = progress.Failure ?? progress.Message,
            RollbackDuration = progress.RollbackTook ?? TimeSpan.Zero,
        }),
        _ => tx.PublishAsync(new DeploymentFailed
        {
            Application = saga.Application,
            At = now,
            CorrelationId = saga.CorrelationId,
            Revision = progress.Revision,
            Reason = progress.Failure ?? progress.Message,
        }),
    };
}
