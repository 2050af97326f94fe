using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Deployment.Api;

/// <summary>Applications: list, one, its revisions, its logs, its removal.</summary>
internal static class ApplicationEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        var applications = api.MapGroup("/applications").WithTags("Applications");
        applications.MapGet("", ListAsync).WithSummary("Applications, by name.").Produces<Page<ApplicationView>>().RequireAuthorization(Roles.Viewer);
        applications.MapGet("/{name}", OneAsync).WithSummary("An application and its replicas.").Produces<ApplicationView>().RequireAuthorization(Roles.Viewer);
        applications.MapGet("/{name}/revisions", RevisionsAsync).WithSummary("The revisions kept, newest first.").Produces<IReadOnlyList<RevisionView>>().RequireAuthorization(Roles.Viewer);
        applications.MapGet("/{name}/logs", LogEndpoint.ReadAsync).WithSummary("What its replicas write: the last lines, and with follow=true what is added; as text, or as server-sent events when asked for.").RequireAuthorization(Roles.Viewer);
        applications.MapDelete("/{name}", RemoveAsync).WithSummary("Stops every replica and forgets the route; the history stays.").Produces<Accepted>(202).RequireAuthorization(Roles.Admin);
    }

    /// <summary>No such application.</summary>
    public static ProblemResult NoApplication(string name) =>
        Problem.NotFound("no-such-application", "There is no such application", $"Nothing is deployed under the name '{name}'. GET /api/deployment/applications lists what there is.");

    private static async Task<IResult> ListAsync(HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, [AsParameters] PageRequest page)
    {
        if (page.Check() is { } problem) return problem;
        var views = await database.ReadAsync(
            async reader =>
            {
                var found = new List<ApplicationView>();
                foreach (var row in (await reader.ApplicationsAsync()).Where(a => page.After is null || string.CompareOrdinal(a.Name, page.After) > 0).Take(page.Take + 1))
                    found.Add(await ViewAsync(reader, row));
                return found;
            },
            http.RequestAborted);
        return TypedResults.Ok(page.Of(views, v => v.Name));
    }

    private static async Task<IResult> OneAsync(string name, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var view = await database.ReadAsync(
            async reader => await reader.ApplicationAsync(name) is { State: not ApplicationStates.Removed } row ? await ViewAsync(reader, row) : null, http.RequestAborted);
        return view is null ? NoApplication(name) : TypedResults.Ok(view);
    }

    private static async Task<IResult> RevisionsAsync(string name, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var (application, rows) = await database.ReadAsync(
            async reader => (await reader.ApplicationAsync(name), await reader.RevisionsAsync(name)), http.RequestAborted);
        if (application is null) return NoApplication(name);
        return TypedResults.Ok<IReadOnlyList<RevisionView>>([.. rows.Select(r => new RevisionView
        {
            Name = r.Name,
            CreatedAt = r.CreatedAt,
            CreatedBy = r.CreatedBy,
            Served = r.Served,
            Stable = r.Name == application.StableRevision,
            Manifest = r.Manifest,
        })]);
    }

    private static async Task<IResult> RemoveAsync(
        string name,
        HttpContext http,
        [FromKeyedServices(DeploymentModule.Name)] Database database,
        [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit,
        TimeProvider time,
        string? reason = null)
    {
        var ct = http.RequestAborted;
        await using var tx = await database.BeginAsync(ct);
        if (await tx.ApplicationAsync(name) is not { State: not ApplicationStates.Removed } row) return NoApplication(name);
        var command = new RemoveApplication
        {
            Application = name,
            At = time.GetUtcNow(),
            CorrelationId = Guid.NewGuid(),
            RequestedBy = http.User.Identity?.Name ?? "nobody",
            Reason = reason ?? "not given",
        };
        await audit.RecordAsync(tx, AuditEntry.For(http, "remove application", name, reason, new { row.StableRevision, row.Wanted }));
        await tx.SendAsync(command, ct);
        await tx.CommitAsync(ct);
        var location = $"/api/deployment/applications/{name}";
        return TypedResults.Accepted(location, new Accepted { Id = command.CorrelationId, Location = location, Message = $"{name} is being removed; it is gone when {location} answers 404" });
    }

    private static async Task<ApplicationView> ViewAsync(Reader reader, ApplicationRow row)
    {
        var replicas = await reader.LiveReplicasAsync(row.Name);
        var targets = await reader.TargetsAsync(row.Name);
        return new ApplicationView
        {
            Name = row.Name,
            StableRevision = row.StableRevision,
            WantedReplicas = row.Wanted,
            ReadyReplicas = replicas.Count(r => r.Phase == ReplicaState.Ready),
            Rollout = row.Rollout,
            Weights = targets.ToDictionary(t => t.Revision, t => t.Weight),
            Replicas = [.. replicas.Select(r => new ReplicaView
            {
                Id = r.Id,
                Revision = r.Revision,
                State = r.State,
                Address = r.Address is null ? null : new Uri(r.Address),
                Instance = r.Instance,
                ProcessId = ProcessInstance.Parse(r.Instance)?.ProcessId,
                StartedAt = r.StartedAt,
                Restarts = r.Restarts,
            })],
        };
    }
}

/// <summary>A kept revision.</summary>
internal sealed record RevisionView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>When it was first deployed.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Who deployed it first.</summary>
    public required string CreatedBy { get; init; }
    /// <summary>True: a rollout to it has completed at least once.</summary>
    public required bool Served { get; init; }
    /// <summary>True: it serves now.</summary>
    public required bool Stable { get; init; }
    /// <summary>Its manifest.</summary>
    public required string Manifest { get; init; }
}
