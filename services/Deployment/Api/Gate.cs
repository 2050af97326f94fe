using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Applications;
using Platform.Deployment.Environments;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Api;

/// <summary>The way in for rollouts over HTTP: history, revision, audit entry and command in one commit, or a refusal and nothing.</summary>
internal sealed class Gate(
    [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit, RolloutIntake intake, Promotions promotions, TimeProvider time)
{
    /// <summary>What is to be let in.</summary>
    /// <param name="Manifest">The revision's manifest.</param>
    /// <param name="Text">Its text.</param>
    internal sealed record Entry(Manifest Manifest, string Text)
    {
        /// <summary>Why.</summary>
        public string? Reason { get; init; }
        /// <summary>As the audit log calls it.</summary>
        public required string Action { get; init; }
        /// <summary>It is known to be good.</summary>
        public bool Instant { get; init; }
        /// <summary>Why it is not to be analysed.</summary>
        public string? SkipAnalysis { get; init; }
        /// <summary>The environment it is placed into; null: the manifest's.</summary>
        public string? Environment { get; init; }
        /// <summary>Why it may begin in a freeze; only an admin's is taken.</summary>
        public string? FreezeOverride { get; init; }
        /// <summary>It returns to a kept revision, which is never frozen.</summary>
        public bool IsRollback { get; init; }
    }

    /// <summary>Lets a rollout in.</summary>
    public async Task<IResult> EnterAsync(HttpContext http, Entry entry)
    {
        var (manifest, ct) = (entry.Manifest, http.RequestAborted);
        if (entry.FreezeOverride is not null && !http.User.IsInRole(Roles.Admin))
            return Problem.Forbidden("override-needs-admin", "Only an admin may override a freeze", "Use an admin's key, or leave overrideFreeze out and wait for the freeze's end.");
        if (entry.FreezeOverride is { } why && string.IsNullOrWhiteSpace(why))
            return Problem.BadRequest("reason-needed", "A reason is needed", [new FieldProblem("overrideFreeze", "why the freeze is not to hold", "nothing")]);
        var command = new DeployApplication
        {
            Application = manifest.Name,
            At = time.GetUtcNow(),
            CorrelationId = Guid.NewGuid(),
            RequestedBy = http.User.Identity?.Name ?? "nobody",
            Reason = entry.Reason ?? "not given",
            Manifest = entry.Text,
            Revision = manifest.Revision,
            Instant = entry.Instant,
            SkipAnalysis = entry.SkipAnalysis,
            Environment = entry.Environment,
            FreezeOverride = entry.IsRollback ? RollbackWindow.NeverFrozen : entry.FreezeOverride,
        };
        await using var tx = await database.BeginAsync(ct);
        var before = await tx.ApplicationAsync(manifest.Name);
        if (entry is { Environment: { } environment, IsRollback: false } && await promotions.TakenAsync(tx, manifest.Name, environment) is { } taken)
        {
            return Problem.Conflict("name-taken", "The name is taken in another environment",
                $"{manifest.Name}, as it would be called in {environment}, is an application in {taken}. Deploy that one with environment: {taken}, and delete {manifest.Name}.");
        }

        var answer = await intake.AcceptAsync(tx, command, manifest);
        if (answer.Refusal is { } refusal) return Problem.Conflict(answer.Slug, "The rollout was not let in", refusal);
        await audit.RecordAsync(tx, AuditEntry.For(
            http, entry.Action, manifest.Name, entry.Reason, new { revision = before?.StableRevision }, new { revision = manifest.Revision, rollout = command.CorrelationId, entry.SkipAnalysis, entry.Environment, overrideFreeze = entry.FreezeOverride }));
        await tx.SendAsync(command, ct);
        await tx.CommitAsync(ct);
        var location = $"/api/deployment/deployments/{command.CorrelationId}";
        return TypedResults.Accepted(location, new Accepted
        {
            Id = command.CorrelationId,
            Location = location,
            Message = answer.Position == 0
                ? $"{manifest.Name} {manifest.Revision} is being rolled out"
                : $"{manifest.Name} {manifest.Revision} waits at position {answer.Position} for the rollout under way",
        });
    }
}
