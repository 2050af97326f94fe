using Microsoft.Extensions.Options;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Applications;
using Platform.Deployment.Configuration;
using Platform.Deployment.Environments;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
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
            .WithTags("Rollouts").WithSummary("Ships a revision: the manifest alone as application/yaml, or in a JSON body. ?dryRun=true checks it and shows the plan; ?environment=staging places it there; ?overrideFreeze=REASON, for admins, begins in a freeze.")
            .Accepts<DeployRequest>("application/json", "application/yaml").Produces<Accepted>(202).Produces<DeployPlan>()
            .RequireAuthorization(Roles.Operator);
        api.MapPost("/rollback", RollbackAsync)
            .WithTags("Rollouts").WithSummary("Ships a kept revision again: the one before the present one, or the one named.")
            .Produces<Accepted>(202).RequireAuthorization(Roles.Operator);
    }

    private static async Task<IResult> DeployAsync(
        HttpContext http,
        Gate gate,
        RolloutPlanner planner,
        Configurations configurations,
        IOptions<PipelineOptions> pipeline,
        TimeProvider time,
        [FromKeyedServices(DeploymentModule.Name)] Database database,
        bool dryRun = false,
        string? environment = null,
        string? overrideFreeze = null)
    {
        var ct = http.RequestAborted;
        var body = await DeployBody.ReadAsync(http.Request, ct);
        body = body with { Environment = body.Environment ?? environment, OverrideFreeze = body.OverrideFreeze ?? overrideFreeze };
        var environments = (await database.ReadAsync(configurations.CurrentAsync, ct)).Configuration.Environments;
        if (body.Environment is { } unknown && environments.Find(unknown) is null) return EnvironmentEndpoints.Unknown("environment", unknown);
        var read = ManifestReader.Read(body.Manifest, baseDirectory: null, said => environments.Find(body.Environment ?? said)!.Defaults());
        if (read.Manifest is null) return DeployBody.Invalid(read);
        if (body.Environment is { } chosen && Placement.Problem(read.Manifest, chosen) is { } misplaced) return Problem.BadRequest("unfit-manifest", "The manifest cannot be run here", misplaced);
        var manifest = Placement.Place(read.Manifest, body.Environment);
        if (planner.Unfit(manifest) is { } problem) return Problem.BadRequest("unfit-manifest", "The manifest cannot be run here", problem);
        if (pipeline.Value.HookCommands == HookCommands.OfAdmins && !http.User.IsInRole(Roles.Admin) && manifest.Pipeline.Hooks.Any(h => h.Command is not null))
        {
            return Problem.Forbidden("hook-needs-admin", "Only an admin may declare a hook that is a command",
                "Have an admin deploy this revision (returning to it later needs none), use an HTTP hook, or have Pipeline:HookCommands set to OfOperators.");
        }

        return dryRun
            ? TypedResults.Ok(await PlanAsync(database, manifest, environments.Find(manifest.Environment)!, time.GetUtcNow(), ct))
            : await gate.EnterAsync(http, new Gate.Entry(manifest, body.Manifest)
            {
                Reason = body.Reason,
                Action = "deploy application",
                SkipAnalysis = body.SkipAnalysis,
                Environment = body.Environment,
                FreezeOverride = body.OverrideFreeze,
            });
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
            Environment = row.Environment,
            IsRollback = true,
        });
    }

    private static async Task<DeployPlan> PlanAsync(Database database, Manifest manifest, EnvironmentSettings environment, DateTimeOffset now, CancellationToken ct)
    {
        var application = await database.ReadAsync(reader => reader.ApplicationAsync(manifest.Name), ct);
        var stable = application?.State == ApplicationStates.Present ? application.StableRevision : null;
        var plan = RolloutPlanner.Plan(manifest, environment.Approval, stable, application?.Wanted ?? 0);
        return new DeployPlan
        {
            Application = manifest.Name,
            Revision = manifest.Revision,
            StableRevision = stable,
            Strategy = plan.Strategy,
            Environment = manifest.Environment,
            Replicas = plan.Replicas,
            MinReplicas = manifest.Scaling.Min,
            MaxReplicas = manifest.Scaling.Max,
            Automatic = manifest.Scaling is { Automatic: true, Metrics.Count: > 0 } or { Automatic: true, RuleSet: not "none" },
            NeedsApproval = plan.NeedsApproval,
            Frozen = Freeze.At(environment.Freezes, now)?.ToString(),
            Steps = plan.Steps,
            Jobs = [.. plan.Pipeline.Select(j => j.View())],
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
    /// <summary>The environment.</summary>
    public required string Environment { get; init; }
    /// <summary>Replicas it would end with.</summary>
    public required int Replicas { get; init; }
    /// <summary>Fewest replicas, by the manifest or its environment.</summary>
    public required int MinReplicas { get; init; }
    /// <summary>Most replicas, by the manifest or its environment.</summary>
    public required int MaxReplicas { get; init; }
    /// <summary>True: it would be scaled automatically.</summary>
    public required bool Automatic { get; init; }
    /// <summary>True: it would wait for an approval before it gets traffic.</summary>
    public required bool NeedsApproval { get; init; }
    /// <summary>The freeze that it would wait for; null: there is none now.</summary>
    public string? Frozen { get; init; }
    /// <summary>Its steps, in order.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }
    /// <summary>The jobs of its pipeline, in order.</summary>
    public required IReadOnlyList<JobView> Jobs { get; init; }
    /// <summary>The plan in one sentence.</summary>
    public required string Message { get; init; }
}
