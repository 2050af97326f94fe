using System.Security.Claims;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Contracts.Scaling;
using Platform.Hosting;

namespace Platform.HealthMonitor.Dashboard;

/// <summary>
/// What operators do from the page. Each is a command to the service that owns the application, sent and audited in one commit;
/// whether it was carried out is told by the events that follow.
/// </summary>
internal static class ActionEndpoints
{
    private const int MostReplicas = 1_000;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var actions = endpoints.MapGroup("/dashboard/actions").WithTags("Dashboard").RequireAuthorization(Roles.Operator);
        actions.MapPost("/scale", ScaleAsync).WithSummary("Asks for a number of replicas").Produces<Accepted>(StatusCodes.Status202Accepted);
        actions.MapPost("/rollback", RollbackAsync).WithSummary("Asks for the revision that served before").Produces<Accepted>(StatusCodes.Status202Accepted);
        actions.MapPost("/promote", PromoteAsync).WithSummary("Ends the watch of a rollout's present step with success, or of all steps").Produces<Accepted>(StatusCodes.Status202Accepted);
        actions.MapPost("/pause", PauseAsync).WithSummary("Holds a rollout where it is").Produces<Accepted>(StatusCodes.Status202Accepted);
        actions.MapPost("/resume", ResumeAsync).WithSummary("Ends a rollout's pause").Produces<Accepted>(StatusCodes.Status202Accepted);
        actions.MapPost("/approve", ApproveAsync).WithSummary("Gives the approval that a rollout waits for").Produces<Accepted>(StatusCodes.Status202Accepted);
        actions.MapPost("/abort", AbortAsync).WithSummary("Gives a rollout up").Produces<Accepted>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ScaleAsync(ScaleRequest body, HttpContext http, ActionDesk desk)
    {
        if (body.Replicas is < 0 or > MostReplicas)
            return Problem.BadRequest("bad-replicas", "So many replicas cannot be asked for", [new FieldProblem("replicas", $"0 to {MostReplicas}", $"{body.Replicas}")]);
        return await desk.TakeAsync(http, body.Application, body.Reason, "scale application", (application, by, why, at) => new(
            new ScaleApplication { Application = application.Name, At = at, CorrelationId = Guid.NewGuid(), RequestedBy = by, Reason = why, Replicas = body.Replicas },
            $"{application.Name} was asked to run {body.Replicas} replicas.", new { replicas = application.Wanted }, new { replicas = body.Replicas }));
    }

    private static Task<IResult> RollbackAsync(RollbackRequest body, HttpContext http, ActionDesk desk) =>
        desk.TakeAsync(http, body.Application, body.Reason, "roll back application", (application, by, why, at) => application.StableRevision is null
            ? new(Problem.Conflict("no-earlier-revision", "There is no revision to return to", $"No revision of {application.Name} has served yet."))
            : new(
                new RollBackApplication { Application = application.Name, At = at, CorrelationId = Guid.NewGuid(), RequestedBy = by, Reason = why, Revision = body.Revision },
                $"{application.Name} was asked to return to {body.Revision ?? "the revision before " + application.StableRevision}.",
                new { revision = application.StableRevision }, new { revision = body.Revision ?? "the one before" }));

    private static Task<IResult> PromoteAsync(PromoteAction body, HttpContext http, ActionDesk desk) => SayAsync(
        new RolloutAction { Application = body.Application, Rollout = body.Rollout, Reason = body.Reason }, http, desk, body.Fully ? "promote rollout fully" : "promote rollout",
        body.Fully ? "go straight to its last step" : "go on at once",
        (name, by, why, at) => new PromoteRollout { Application = name, At = at, CorrelationId = body.Rollout, RequestedBy = by, Reason = why, Fully = body.Fully });

    private static Task<IResult> PauseAsync(RolloutAction body, HttpContext http, ActionDesk desk) => SayAsync(body, http, desk, "pause rollout", "stay where it is",
        (name, by, why, at) => new PauseRollout { Application = name, At = at, CorrelationId = body.Rollout, RequestedBy = by, Reason = why });

    private static Task<IResult> ResumeAsync(RolloutAction body, HttpContext http, ActionDesk desk) => SayAsync(body, http, desk, "resume rollout", "go on as planned",
        (name, by, why, at) => new ResumeRollout { Application = name, At = at, CorrelationId = body.Rollout, RequestedBy = by, Reason = why });

    private static Task<IResult> ApproveAsync(RolloutAction body, HttpContext http, ActionDesk desk) => SayAsync(body, http, desk, "approve rollout", "go on, for it is approved",
        (name, by, why, at) => new ApproveRollout
        {
            Application = name,
            At = at,
            CorrelationId = body.Rollout,
            RequestedBy = by,
            Reason = why,
            Role = http.User.FindFirstValue(ClaimTypes.Role),
        });

    private static Task<IResult> AbortAsync(RolloutAction body, HttpContext http, ActionDesk desk) => SayAsync(body, http, desk, "abort rollout", "give up",
        (name, by, why, at) => new AbortRollout { Application = name, At = at, CorrelationId = body.Rollout, RequestedBy = by, Reason = why });

    private static Task<IResult> SayAsync(
        RolloutAction body, HttpContext http, ActionDesk desk, string action, string what, Func<string, string, string, DateTimeOffset, ICommand> command) =>
        desk.TakeAsync(http, body.Application, body.Reason, action, (application, by, why, at) => application.Rollout != body.Rollout
            ? new(Ended(body))
            : new(command(application.Name, by, why, at), $"The rollout of {application.Name} was asked to {what}.", null, new { rollout = body.Rollout }));

    private static ProblemResult Ended(RolloutAction body) =>
        Problem.Conflict("rollout-ended", "The rollout is not under way", $"The rollout {body.Rollout} of {body.Application} has ended, or another has begun. Look at the page again.");
}
