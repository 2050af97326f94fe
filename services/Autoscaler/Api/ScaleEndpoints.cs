using Microsoft.Extensions.Options;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Http;
using Platform.Contracts.Scaling;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Autoscaler.Api;

/// <summary>Scaling by hand. A person's number stands for a while; then automatic scaling goes on.</summary>
internal static class ScaleEndpoints
{
    private const int MostReplicas = 1_000;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/scale", ScaleAsync).RequireAuthorization(Roles.Operator)
            .WithSummary("Scale by hand").WithDescription("service (or application) names it; action is set (to replicas; the default), up or down (by replicas, 1 unless said otherwise). Sends the change to the owner of replicas and pauses automatic scaling of the application for Autoscaler:ManualHold.");
        endpoints.MapDelete("/holds/{application}", ReleaseAsync).RequireAuthorization(Roles.Operator)
            .WithSummary("Let automatic scaling go on at once after scaling by hand");
    }

    private static async Task<IResult> ScaleAsync(
        ScaleOrder order,
        HttpContext http,
        [FromKeyedServices(AutoscalerModule.Name)] Database database,
        [FromKeyedServices(AutoscalerModule.Name)] IAuditLog audit,
        IOptions<AutoscalerOptions> options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (Validate(order) is { Count: > 0 } problems) return Problem.BadRequest("invalid-scale-request", "The request to scale cannot be taken", problems);
        return await database.TransactAsync<IResult>(async transaction =>
        {
            if (await ApplicationStore.FindAsync(transaction, order.Name) is not { } application)
            {
                return RecommendationEndpoints.UnknownApplication(order.Name, (await ApplicationStore.ListAsync(transaction)).Select(a => a.Name));
            }

            var request = new ScaleRequest { Application = order.Name, Replicas = order.To(application.PendingTo ?? application.Wanted), Reason = order.Reason };
            if (Refuse(application, request) is { } refusal) return refusal;
            return await SendAsync(transaction, application, request, http, audit, options.Value, time.GetUtcNow(), cancellationToken);
        }, cancellationToken);
    }

    private static async Task<IResult> SendAsync(
        Transaction transaction, ScaledApplication application, ScaleRequest request, HttpContext http, IAuditLog audit, AutoscalerOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var command = Guid.NewGuid();
        var who = http.User.Identity?.Name ?? "nobody";
        var reason = string.IsNullOrWhiteSpace(request.Reason) ? "Scaled by hand." : request.Reason;
        var hold = options.ManualHold > TimeSpan.Zero ? now + options.ManualHold : (DateTimeOffset?)null;
        var decision = new ScalingDecision
        {
            At = now,
            Outcome = ScalingOutcome.Scale,
            Current = application.Wanted,
            Desired = request.Replicas,
            Reason = $"{who} scaled it by hand: {reason}",
        };
        var line = await DecisionStore.NumberAsync(transaction, 1);
        await DecisionStore.ListAsync(transaction, line, application.Name, now, DecisionStore.Serialize(decision), options.KeptDecisions);
        await ApplicationStore.HoldAsync(transaction, application.Name, hold, hold is null ? null : who, hold is null ? null : reason);
        await ApplicationStore.SentAsync(transaction, application.Name, command, request.Replicas, now);
        await ApplicationStore.TouchAsync(transaction, application.Name);
        await transaction.SendAsync(
            new ScaleApplication { Application = application.Name, At = now, CorrelationId = command, RequestedBy = who, Reason = reason, Replicas = request.Replicas },
            cancellationToken);
        await audit.RecordAsync(
            transaction, AuditEntry.For(http, "scale application", application.Name, reason, before: new { replicas = application.Wanted }, after: new { replicas = request.Replicas }));

        var location = $"/recommendations?application={application.Name}";
        var until = hold is null
            ? "Automatic scaling may change it again at its next decision, because Autoscaler:ManualHold is 0."
            : $"Automatic scaling leaves it alone until {hold:HH:mm:ss} UTC (a Kubernetes autoscaler would overrule it at once); DELETE /holds/{application.Name} lets it go on earlier.";
        return Results.Accepted(location, new Accepted { Id = command, Location = location, Message = $"{application.Name} goes from {application.Wanted} to {request.Replicas} replicas. {until}" });
    }

    private static async Task<IResult> ReleaseAsync(
        string application,
        HttpContext http,
        [FromKeyedServices(AutoscalerModule.Name)] Database database,
        [FromKeyedServices(AutoscalerModule.Name)] IAuditLog audit,
        CancellationToken cancellationToken) => await database.TransactAsync<IResult>(async transaction =>
        {
            if (await ApplicationStore.FindAsync(transaction, application) is not { } found)
            {
                return RecommendationEndpoints.UnknownApplication(application, (await ApplicationStore.ListAsync(transaction)).Select(a => a.Name));
            }

            if (found.HoldUntil is null) return Results.NoContent();
            await ApplicationStore.HoldAsync(transaction, application, null, null, null);
            await ApplicationStore.TouchAsync(transaction, application);
            await audit.RecordAsync(transaction, AuditEntry.For(http, "release hold", application, before: new { found.HoldUntil, found.HoldBy }));
            return Results.NoContent();
        }, cancellationToken);

    private static List<FieldProblem> Validate(ScaleOrder order)
    {
        List<FieldProblem> problems = [];
        if (string.IsNullOrWhiteSpace(order.Name) || order.Name.Length > 100) problems.Add(new("application", "the name of an application, here or as service", "none, or more than 100 characters"));
        if (order is { Application: { } application, Service: { } service } && application != service) problems.Add(new("service", "the same as application, or nothing", $"'{(service.Length > 60 ? service[..60] : service)}'"));
        if (order.Action is not (null or "set" or "up" or "down")) problems.Add(new("action", "set, up or down", $"'{(order.Action.Length > 60 ? order.Action[..60] : order.Action)}'"));
        if (order.Replicas is < 0 or > MostReplicas) problems.Add(new("replicas", $"0 to {MostReplicas}", $"{order.Replicas}"));
        if (order.Replicas is null && order.Action is null or "set") problems.Add(new("replicas", $"0 to {MostReplicas}", "nothing"));
        if (order.Reason is { Length: > 500 }) problems.Add(new("reason", "up to 500 characters", $"{order.Reason.Length} characters"));
        return problems;
    }

    private static ProblemResult? Refuse(ScaledApplication application, ScaleRequest request)
    {
        if (application is { Rollout: { } rollout, Revision: null })
        {
            return Problem.Conflict("rollout-running", "The first rollout is under way",
                $"The rollout {rollout} of {application.RolloutRevision} has {application.Name}, and no revision serves yet; scale it when the rollout has ended, or abort the rollout.");
        }

        var settings = application.SettingsInForce();
        return request.Replicas < settings.Min || request.Replicas > settings.Max
            ? Problem.BadRequest("outside-limits", "The number is outside the manifest's limits",
                [new FieldProblem("replicas", $"{settings.Min} to {settings.Max} (scaling.min and scaling.max of the manifest)", $"{request.Replicas}")])
            : null;
    }
}

/// <summary>Body of <c>POST /scale</c>.</summary>
internal sealed record ScaleOrder
{
    /// <summary>The application.</summary>
    public string? Application { get; init; }
    /// <summary>The same, by another name.</summary>
    public string? Service { get; init; }
    /// <summary><c>set</c> (default), <c>up</c> or <c>down</c>.</summary>
    public string? Action { get; init; }
    /// <summary>Replicas wanted, or by how many up or down, 0 to 1,000.</summary>
    public int? Replicas { get; init; }
    /// <summary>Why. Optional.</summary>
    public string? Reason { get; init; }

    internal string Name => Application ?? Service ?? "";

    internal int To(int present) => Action switch
    {
        "up" => present + (Replicas ?? 1),
        "down" => Math.Max(0, present - (Replicas ?? 1)),
        _ => Replicas ?? present,
    };
}
