using Platform.Contracts.Http;
using Platform.Contracts.Scaling;
using Platform.Deployment.Applications;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary><c>POST /scale</c> and <c>GET /scaling/history</c>.</summary>
internal static class ScaleEndpoints
{
    private const int MostReplicas = 1_000;

    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/scale", ScaleAsync).WithTags("Scaling").WithSummary("Runs another number of replicas; refused outside the manifest's limits. A rollout under way divides the number between its revisions.")
            .Produces<Accepted>(202).RequireAuthorization(Roles.Operator);
        api.MapGet("/scaling/history", HistoryAsync).WithTags("Scaling").WithSummary("What was scaled or refused, newest first.")
            .Produces<Contracts.Http.Page<ScalingView>>().RequireAuthorization(Roles.Viewer);
    }

    private static async Task<IResult> ScaleAsync(
        HttpContext http,
        ScaleRequest body,
        Applications.Scaling scaling,
        [FromKeyedServices(DeploymentModule.Name)] Database database,
        [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit,
        TimeProvider time)
    {
        if (body.Replicas is < 0 or > MostReplicas)
            return Problem.BadRequest("invalid-replicas", "The application cannot be scaled", [new FieldProblem("replicas", $"0 to {MostReplicas}", body.Replicas.ToString())]);
        var command = new ScaleApplication
        {
            Application = body.Application,
            At = time.GetUtcNow(),
            CorrelationId = Guid.NewGuid(),
            RequestedBy = http.User.Identity?.Name ?? "nobody",
            Reason = body.Reason ?? "not given",
            Replicas = body.Replicas,
        };
        var (row, refusal) = await database.TransactAsync<(ApplicationRow?, string?)>(
            async tx =>
            {
                if (await tx.ApplicationAsync(body.Application) is not { State: not ApplicationStates.Removed } row) return (null, null);
                var why = await scaling.ApplyAsync(tx, command);
                if (why is null) await audit.RecordAsync(tx, AuditEntry.For(http, "scale application", body.Application, body.Reason, new { replicas = row.Wanted }, new { replicas = body.Replicas }));
                return (row, why);
            },
            http.RequestAborted);
        if (row is null) return ApplicationEndpoints.NoApplication(body.Application);
        if (refusal is not null) return Problem.Conflict("scaling-refused", "The application was not scaled", refusal);
        var location = $"/api/deployment/applications/{body.Application}";
        var message = $"{body.Application} is being scaled to {body.Replicas} replica(s)" + (row.Rollout is null ? "" : "; the rollout under way divides them between its revisions");
        return TypedResults.Accepted(location, new Accepted { Id = command.CorrelationId, Location = location, Message = message });
    }

    private static async Task<IResult> HistoryAsync(
        HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, [AsParameters] PageRequest page, string? application = null)
    {
        if (page.Check(out var before) is { } problem) return problem;
        var rows = await database.ReadAsync(
            reader => reader.QueryAsync<ScalingRow>(
                """
                SELECT id, application, at, replicas_before, replicas_after, requested_by, reason, refused FROM scaling_history
                WHERE id < @before AND (@application = '' OR application = @application) ORDER BY id DESC LIMIT @take
                """,
                new { before = before ?? long.MaxValue, application = application ?? "", take = page.Take + 1 }),
            http.RequestAborted);
        var shown = page.Of(rows, r => r.Id.ToString());
        return TypedResults.Ok(new Contracts.Http.Page<ScalingView>
        {
            Items = [.. shown.Items.Select(r => new ScalingView
            {
                Application = r.Application,
                At = r.At,
                From = r.ReplicasBefore,
                To = r.ReplicasAfter,
                RequestedBy = r.RequestedBy,
                Reason = r.Reason,
                Refused = r.Refused,
            })],
            Next = shown.Next,
        });
    }

    private sealed record ScalingRow
    {
        public required long Id { get; init; }
        public required string Application { get; init; }
        public required DateTimeOffset At { get; init; }
        public required int ReplicasBefore { get; init; }
        public required int ReplicasAfter { get; init; }
        public required string RequestedBy { get; init; }
        public required string Reason { get; init; }
        public string? Refused { get; init; }
    }
}

/// <summary>One entry of the scaling history.</summary>
internal sealed record ScalingView
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Replicas wanted before.</summary>
    public required int From { get; init; }
    /// <summary>Replicas asked for.</summary>
    public required int To { get; init; }
    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }
    /// <summary>Why.</summary>
    public required string Reason { get; init; }
    /// <summary>Why it was not done; null: it was.</summary>
    public string? Refused { get; init; }
}
