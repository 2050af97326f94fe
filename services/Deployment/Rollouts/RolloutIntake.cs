using System.Diagnostics;
using Microsoft.Extensions.Options;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Applications;
using Platform.Deployment.Configuration;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts;

/// <summary>Whether a rollout was let in.</summary>
/// <param name="Refusal">Why not, and what to do; null: it was.</param>
/// <param name="Slug">The refusal's stable name.</param>
/// <param name="Position">Rollouts of the application before it.</param>
internal sealed record Intake(string? Refusal, string Slug, int Position)
{
    /// <summary>Let in behind so many others.</summary>
    public static Intake Accepted(int position) => new(null, "", position);

    /// <summary>Not let in.</summary>
    public static Intake Refused(string slug, string why) => new(why, slug, 0);
}

/// <summary>Lets rollouts in: writes down the revision and the rollout, or says why not.</summary>
internal sealed class RolloutIntake(IOptions<DeploymentOptions> options, Configurations configurations, TimeProvider time)
{
    /// <summary>Lets a rollout in. The same command twice is once.</summary>
    public async Task<Intake> AcceptAsync(Transaction tx, DeployApplication command, Manifest manifest)
    {
        var now = time.GetUtcNow();
        var open = await tx.OpenRolloutsAsync(command.Application);
        if (await tx.RolloutAsync(command.CorrelationId) is not null)
            return Intake.Accepted(Math.Max(0, open.TakeWhile(r => r.Id != command.CorrelationId).Count()));

        if (await tx.ApplicationAsync(command.Application) is { State: ApplicationStates.Removing })
            return Intake.Refused("application-leaving", $"{command.Application} is being removed; deploy it again when its replicas are gone");
        if (open.Count > options.Value.QueuedRollouts)
            return Intake.Refused("rollout-queue-full", $"{open.Count - 1} rollouts of {command.Application} wait already; abort one, or wait");

        await tx.EnsureApplicationAsync(command.Application, now);
        var environments = (await configurations.CurrentAsync(tx)).Configuration.Environments;
        if (!await tx.KeepRevisionAsync(command, environments.Find(command.Environment ?? manifest.Environment)!.Defaults(), now))
        {
            return Intake.Refused(
                "revision-taken",
                $"revision {command.Revision} of {command.Application} exists with another manifest; give the changed manifest a new revision name");
        }

        await tx.AddRolloutAsync(
            new RolloutView
            {
                Id = command.CorrelationId,
                Application = command.Application,
                Revision = command.Revision,
                Strategy = manifest.Rollout.Strategy,
                State = RolloutStage.Queued.Name(),
                Message = open.Count == 0 ? "accepted" : $"queued behind {open.Count} other(s)",
                RequestedBy = command.RequestedBy,
                Reason = command.Reason,
                CreatedAt = now,
            },
            Activity.Current?.Id);
        return Intake.Accepted(open.Count);
    }
}
