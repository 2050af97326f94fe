using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary>Rollouts: list, one, its events, and the two things one can say to it.</summary>
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
        deployments.MapPost("/{id:guid}/promote", PromoteAsync).WithSummary("Goes on at once: gives an approval that is waited for, or ends the watch with success.").Produces<Accepted>(202).RequireAuthorization(Roles.Operator);
        deployments.MapPost("/{id:guid}/abort", AbortAsync).WithSummary("Gives up: the stable revision gets all traffic, the new replicas are retired.").Produces<Accepted>(202).RequireAuthorization(Roles.Operator);
    }

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
                foreach (var rollout in found) views.Add(rollout with { Steps = await reader.StepsAsync(rollout.Id) });
                return views;
            },
            http.RequestAborted);
        return TypedResults.Ok(page.Of(rows, r => r.Id.ToString()));
    }

    private static async Task<IResult> OneAsync(Guid id, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database) =>
        await FindAsync(database, id, http.RequestAborted) is { } view ? TypedResults.Ok(view) : NoRollout(id);

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

    private static Task<IResult> PromoteAsync(
        Guid id, HttpContext http, Interventions interventions, ReasonRequest? body) => interventions.SendAsync(
        http, id, "promote rollout", body?.Reason, "The rollout goes on at once.", (row, who, why, at) => new PromoteRollout
        {
            Application = row.Application,
            At = at,
            CorrelationId = id,
            RequestedBy = who,
            Reason = why,
        });

    private static Task<IResult> AbortAsync(
        Guid id, HttpContext http, Interventions interventions, ReasonRequest? body) => interventions.SendAsync(
        http, id, "abort rollout", body?.Reason, "The rollout is given up; what served before serves again.", (row, who, why, at) => new AbortRollout
        {
            Application = row.Application,
            At = at,
            CorrelationId = id,
            RequestedBy = who,
            Reason = why,
        });

    private static Task<RolloutView?> FindAsync(Database database, Guid id, CancellationToken ct) => database.ReadAsync(
        async reader => await reader.RolloutAsync(id) is { } rollout ? rollout with { Steps = await reader.StepsAsync(id) } : null, ct);

    /// <summary>No such rollout.</summary>
    public static ProblemResult NoRollout(Guid id) =>
        Problem.NotFound("no-such-rollout", "There is no such rollout", $"No rollout has the id {id}. GET /api/deployment/deployments lists them.");
}

/// <summary>Sends a person's word to a rollout, with its audit entry, in one commit.</summary>
internal sealed class Interventions(
    [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit, TimeProvider time)
{
    /// <summary>Sends it, if the rollout has not ended.</summary>
    public async Task<IResult> SendAsync<T>(
        HttpContext http, Guid id, string action, string? reason, string message, Func<RolloutView, string, string, DateTimeOffset, T> make)
        where T : class, Contracts.ICommand
    {
        var ct = http.RequestAborted;
        await using var tx = await database.BeginAsync(ct);
        if (await tx.RolloutAsync(id) is not { } row) return RolloutEndpoints.NoRollout(id);
        if (row.EndedAt is not null)
            return Problem.Conflict("rollout-ended", "The rollout has ended", $"It is {row.State}: {row.Message}. To return to an earlier revision, POST /api/deployment/rollback.");
        if (row.State == RolloutStage.RollingBack.Name())
            return Problem.Conflict("rolling-back", "The rollout is being rolled back", row.Message);
        await audit.RecordAsync(tx, AuditEntry.For(http, action, row.Application, reason, new { row.State, row.Revision }, new { rollout = id }));
        await tx.SendAsync(make(row, http.User.Identity?.Name ?? "nobody", reason ?? "not given", time.GetUtcNow()), ct);
        await tx.CommitAsync(ct);
        var location = $"/api/deployment/deployments/{id}";
        return TypedResults.Accepted(location, new Accepted { Id = id, Location = location, Message = message });
    }
}
