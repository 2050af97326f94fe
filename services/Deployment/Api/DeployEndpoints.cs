using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Applications;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Api;

/// <summary><c>POST /deploy</c> and <c>POST /rollback</c>: what begins a rollout.</summary>
internal static class DeployEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/deploy", DeployAsync)
            .WithTags("Rollouts").WithSummary("Ships a revision: the manifest alone as application/yaml, or in a JSON body. ?dryRun=true checks it and shows the plan.")
            .Accepts<DeployRequest>("application/json", "application/yaml").Produces<Accepted>(202).Produces<DeployPlan>()
            .RequireAuthorization(Roles.Operator);
        api.MapPost("/rollback", RollbackAsync)
            .WithTags("Rollouts").WithSummary("Ships a kept revision again: the one before the present one, or the one named.")
            .Produces<Accepted>(202).RequireAuthorization(Roles.Operator);
    }

    private static async Task<IResult> DeployAsync(
        HttpContext http, Gate gate, RolloutPlanner planner, [FromKeyedServices(DeploymentModule.Name)] Database database, bool dryRun = false)
    {
        var ct = http.RequestAborted;
        var body = await DeployBody.ReadAsync(http.Request, ct);
        var read = ManifestReader.Read(body.Manifest, baseDirectory: null);
        if (read.Manifest is not { } manifest) return DeployBody.Invalid(read);
        if (planner.Unfit(manifest) is { } problem) return Problem.BadRequest("unfit-manifest", "The manifest cannot be run here", problem);
        return dryRun
            ? TypedResults.Ok(await PlanAsync(database, manifest, ct))
            : await gate.EnterAsync(http, new Gate.Entry(manifest, body.Manifest) { Reason = body.Reason, Action = "deploy application", SkipAnalysis = body.SkipAnalysis });
    }

    private static async Task<IResult> RollbackAsync(
        HttpContext http, Gate gate, RollbackRequest body, Manifests manifests, RollbackWindow window, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var ct = http.RequestAborted;
        var (application, row, manifest, recent) = await database.ReadAsync(
            async reader =>
            {
                var application = await reader.ApplicationAsync(body.Application);
                var revision = body.Revision ?? application?.PreviousRevision;
                var row = revision is null ? null : await reader.RevisionAsync(body.Application, revision);
                return (
                    application,
                    row,
                    row is null ? null : await manifests.FindAsync(reader, body.Application, row.Name),
                    row is not null && await window.HoldsAsync(reader, body.Application, row.Name));
            },
            ct);
        if (application is not { State: ApplicationStates.Present }) return ApplicationEndpoints.NoApplication(body.Application);
        if (row is null && body.Revision is null)
        {
            return Problem.Conflict("no-earlier-revision", "There is no revision to return to",
                $"{body.Application} has served no revision before {application.StableRevision}. GET /api/deployment/applications/{body.Application}/revisions lists what is kept.");
        }

        if (row is null) return Problem.NotFound("no-such-revision", "There is no such revision", $"{body.Application} keeps no revision {body.Revision}.");
        if (manifest is null) return Problem.Conflict("invalid-manifest", "The manifest cannot be used", $"The kept manifest of {row.Name} is not valid for this version of the platform.");
        if (row.Name == application.StableRevision && application.Rollout is null)
            return Problem.Conflict("serves-already", "The revision serves already", $"{row.Name} is what {body.Application} serves now.");
        return await gate.EnterAsync(http, new Gate.Entry(manifest, row.Manifest)
        {
            Reason = body.Reason ?? $"roll back to {row.Name}",
            Action = "roll back application",
            Instant = !body.Gradually && recent,
        });
    }

    private static async Task<DeployPlan> PlanAsync(Database database, Manifest manifest, CancellationToken ct)
    {
        var application = await database.ReadAsync(reader => reader.ApplicationAsync(manifest.Name), ct);
        var stable = application?.State == ApplicationStates.Present ? application.StableRevision : null;
        var plan = RolloutPlanner.Plan(manifest, stable, application?.Wanted ?? 0);
        return new DeployPlan
        {
            Application = manifest.Name,
            Revision = manifest.Revision,
            StableRevision = stable,
            Strategy = plan.Strategy,
            Replicas = plan.Replicas,
            Steps = plan.Steps,
            Message = plan.Description,
        };
    }
}

/// <summary>Answer of a dry run: what a deployment would do.</summary>
internal sealed record DeployPlan
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>What serves now; null: nothing.</summary>
    public string? StableRevision { get; init; }
    /// <summary>The strategy.</summary>
    public required string Strategy { get; init; }
    /// <summary>Replicas it would end with.</summary>
    public required int Replicas { get; init; }
    /// <summary>Its steps, in order.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }
    /// <summary>The plan in one sentence.</summary>
    public required string Message { get; init; }
}

/// <summary>The way in for rollouts over HTTP: history, revision, audit entry and command in one commit, or a refusal and nothing.</summary>
internal sealed class Gate(
    [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit, RolloutIntake intake, TimeProvider time)
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
    }

    /// <summary>Lets a rollout in.</summary>
    public async Task<IResult> EnterAsync(HttpContext http, Entry entry)
    {
        var (manifest, ct) = (entry.Manifest, http.RequestAborted);
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
        };
        await using var tx = await database.BeginAsync(ct);
        var before = await tx.ApplicationAsync(manifest.Name);
        var answer = await intake.AcceptAsync(tx, command, manifest.Rollout.Strategy);
        if (answer.Refusal is { } why) return Problem.Conflict(answer.Slug, "The rollout was not let in", why);
        await audit.RecordAsync(tx, AuditEntry.For(
            http, entry.Action, manifest.Name, entry.Reason, new { revision = before?.StableRevision }, new { revision = manifest.Revision, rollout = command.CorrelationId, entry.SkipAnalysis }));
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
