using System.Security.Claims;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Applications;
using Platform.Deployment.Environments;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary>Rollouts: list, one, its events, and what one can say to it.</summary>
internal static class RolloutEndpoints
{
    private static readonly TimeSpan EventPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        var deployments = api.MapGroup("/deployments").WithTags("Rollouts");
        deployments.MapGet("", ListAsync).WithSummary("Rollouts, newest first.").Produces<Page<RolloutView>>().RequireAuthorization(Roles.Viewer);
        deployments.MapGet("/{id:guid}", OneAsync).WithSummary("A rollout and its steps.").Produces<RolloutView>().RequireAuthorization(Roles.Viewer);
        deployments.MapGet("/{id:guid}/events", EventsAsync).WithSummary("A rollout's steps as server-sent events, until it has ended.").RequireAuthorization(Roles.Viewer);
        deployments.MapGet("/{id:guid}/evidence", EvidenceAsync).WithSummary("What the judge knew of the new revision at which time, oldest first: the picture of its trial.")
            .Produces<IReadOnlyList<EvidenceView>>().RequireAuthorization(Roles.Viewer);
        Word(deployments, "promote", "Goes on at once: ends the present step's watch with success; fully=true: every step's, up to the last. skipAnalysis=true needs a reason.", PromoteAsync);
        Word(deployments, "pause", "Holds it where it is once the present step's traffic has moved. What fails is still taken back.", PauseAsync);
        Word(deployments, "resume", "Ends a pause; the time paused does not count as watched.", ResumeAsync);
        Word(deployments, "approve", "Gives the approval that it waits for.", ApproveAsync);
        Word(deployments, "abort", "Gives up: the stable revision gets all traffic, the new replicas are retired.", AbortAsync);
        Word(deployments, "retry", "Ships the revision of a rollout that failed or was taken back once more, as a rollout of its own.", RetryAsync);
    }

    private static void Word(RouteGroupBuilder deployments, string word, string summary, Delegate handler) =>
        deployments.MapPost($"/{{id:guid}}/{word}", handler).WithSummary(summary).Produces<Accepted>(202).RequireAuthorization(Roles.Operator);

    private static async Task<IResult> ListAsync(
        HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, [AsParameters] PageRequest page, string? application = null)
    {
        if (page.Check() is { } problem) return problem;
        var after = Guid.Empty;
        if (page.After is not null && !Guid.TryParse(page.After, out after))
            return Problem.BadRequest("invalid-page", "The page cannot be given", [new FieldProblem("after", "the 'next' of a former answer", page.After)]);
        var rows = await database.ReadAsync(
            async reader =>
            {
                var last = page.After is null ? null : await reader.RolloutAsync(after);
                var found = await reader.RolloutsAsync(application, last, page.Take + 1);
                var views = new List<RolloutView>();
                foreach (var rollout in found) views.Add(await reader.WholeAsync(rollout));
                return views;
            },
            http.RequestAborted);
        return TypedResults.Ok(page.Of(rows, r => r.Id.ToString()));
    }

    private static async Task<IResult> OneAsync(Guid id, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database) =>
        await FindAsync(database, id, http.RequestAborted) is { } view ? TypedResults.Ok(view) : NoRollout(id);

    private static async Task<IResult> EvidenceAsync(Guid id, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var evidence = await database.ReadAsync(async reader => await reader.RolloutAsync(id) is null ? null : await reader.EvidenceAsync(id), http.RequestAborted);
        return evidence is null ? NoRollout(id) : TypedResults.Ok(evidence);
    }

    private static async Task<IResult> EventsAsync(Guid id, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, TimeProvider time)
    {
        if (await FindAsync(database, id, http.RequestAborted) is null) return NoRollout(id);
        _ = int.TryParse(Sse.LastEventId(http), out var seen);
        await Sse.WriteAsync(http, FollowAsync(database, id, seen, time, http.RequestAborted));
        return Results.Empty;
    }

    /// <summary>Steps as <c>step</c> events, what it waits for as <c>state</c> events, and <c>end</c>.</summary>
    private static async IAsyncEnumerable<SseItem> FollowAsync(Database database, Guid id, int seen, TimeProvider time, [EnumeratorCancellation] CancellationToken ct)
    {
        (string State, string Message) shown = ("", "");
        while (await FindAsync(database, id, ct) is { } view)
        {
            for (; seen < view.Steps.Count; seen++)
                yield return new SseItem(JsonSerializer.Serialize(view.Steps[seen], PlatformJson.Options), "step", (seen + 1).ToString());
            var brief = JsonSerializer.Serialize(view with { Steps = [] }, PlatformJson.Options);
            if (view.EndedAt is not null)
            {
                yield return new SseItem(brief, "end", seen.ToString());
                yield break;
            }

            if (shown != (view.State, view.Message)) yield return new SseItem(brief, "state", seen.ToString());
            shown = (view.State, view.Message);
            await Task.Delay(EventPoll, time, ct);
        }
    }

    private static async Task<IResult> PromoteAsync(Guid id, HttpContext http, Interventions interventions, PromoteRequest? body)
    {
        if (body is { SkipAnalysis: true } && string.IsNullOrWhiteSpace(body.Reason))
            return Problem.BadRequest("reason-needed", "A reason is needed", [new FieldProblem("reason", "why the analysis is not to be listened to", "nothing")]);
        return await interventions.SendAsync(http, id, "promote rollout", body?.Reason, "The rollout goes on at once.", (row, who, why, at) => new PromoteRollout
        {
            Application = row.Application,
            At = at,
            CorrelationId = id,
            RequestedBy = who,
            Reason = why,
            Fully = body?.Fully ?? false,
            SkipAnalysis = body?.SkipAnalysis ?? false,
        });
    }

    private static Task<IResult> PauseAsync(Guid id, HttpContext http, Interventions interventions, ReasonRequest? body) => interventions.SendAsync(
        http, id, "pause rollout", body?.Reason, "The rollout stays where it is once the present step's traffic has moved.", (row, who, why, at) => new PauseRollout
        {
            Application = row.Application,
            At = at,
            CorrelationId = id,
            RequestedBy = who,
            Reason = why,
        });

    private static Task<IResult> ResumeAsync(Guid id, HttpContext http, Interventions interventions, ReasonRequest? body) => interventions.SendAsync(
        http, id, "resume rollout", body?.Reason, "The rollout goes on as planned.", (row, who, why, at) => new ResumeRollout
        {
            Application = row.Application,
            At = at,
            CorrelationId = id,
            RequestedBy = who,
            Reason = why,
        });

    private static Task<IResult> ApproveAsync(Guid id, HttpContext http, Interventions interventions, Approvals approvals, ReasonRequest? body) => interventions.SendAsync(
        http, id, "approve rollout", body?.Reason, "The rollout may have traffic.",
        (row, who, why, at) => new ApproveRollout
        {
            Application = row.Application,
            At = at,
            CorrelationId = id,
            RequestedBy = who,
            Reason = why,
            Role = http.User.FindFirstValue(ClaimTypes.Role),
        },
        (tx, row) => approvals.GiveAsync(tx, row, http.User, body?.Reason));

    private static Task<IResult> AbortAsync(Guid id, HttpContext http, Interventions interventions, ReasonRequest? body) => interventions.SendAsync(
        http, id, "abort rollout", body?.Reason, "The rollout is given up; what served before serves again.", (row, who, why, at) => new AbortRollout
        {
            Application = row.Application,
            At = at,
            CorrelationId = id,
            RequestedBy = who,
            Reason = why,
        });

    private static async Task<IResult> RetryAsync(Guid id, HttpContext http, Gate gate, Manifests manifests, ReasonRequest? body, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var (row, revision, manifest) = await database.ReadAsync(
            async reader =>
            {
                var row = await reader.RolloutAsync(id);
                return row is null ? default : (row, await reader.RevisionAsync(row.Application, row.Revision), await manifests.FindAsync(reader, row.Application, row.Revision));
            },
            http.RequestAborted);
        if (row is null) return NoRollout(id);
        if (row.EndedAt is null) return Problem.Conflict("rollout-under-way", "The rollout has not ended", $"It is {row.State}: {row.Message}. Promote or abort it.");
        if (row.State == RolloutStage.Completed.Name()) return Problem.Conflict("rollout-completed", "The rollout has completed", $"{row.Message}. There is nothing to try again.");
        if (revision is null || manifest is null)
            return Problem.Conflict("invalid-manifest", "The manifest cannot be used", $"The manifest of {row.Revision} is not kept, or not valid for this version of the platform. Deploy it anew.");
        return await gate.EnterAsync(http, new Gate.Entry(manifest, revision.Manifest) { Reason = body?.Reason ?? $"retry of {id}", Action = "retry rollout", Environment = revision.Environment });
    }

    private static Task<RolloutView?> FindAsync(Database database, Guid id, CancellationToken ct) => database.ReadAsync(
        async reader => await reader.RolloutAsync(id) is { } rollout ? (await reader.WholeAsync(rollout)) with { Approval = await reader.ApprovalAsync(id) } : null, ct);

    /// <summary>No such rollout.</summary>
    public static ProblemResult NoRollout(Guid id) =>
        Problem.NotFound("no-such-rollout", "There is no such rollout", $"No rollout has the id {id}. GET /api/deployment/deployments lists them.");
}
