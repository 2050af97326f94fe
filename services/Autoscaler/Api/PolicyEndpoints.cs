using System.Globalization;
using Microsoft.Extensions.Primitives;
using Platform.Autoscaler.Anomalies.Causes;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Policies;
using Platform.Contracts.Http;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Autoscaler.Api;

/// <summary>Policies: scaling settings that people set while the platform runs, in versions that are never lost.</summary>
internal static class PolicyEndpoints
{
    private const int LongestName = 63;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var policies = endpoints.MapGroup("/api/autoscaler/policies").WithTags("Policies");
        policies.MapGet("", ListAsync).RequireAuthorization(Roles.Viewer).Produces<IReadOnlyList<ScalingPolicyView>>().WithSummary("The policies, each with what it means in words");
        policies.MapPost("/validation", Validate).RequireAuthorization(Roles.Operator).Produces<PolicyVerdict>()
            .WithSummary("Checks a policy and says what it means; nothing is kept");
        policies.MapGet("/{name}", OneAsync).RequireAuthorization(Roles.Viewer).Produces<ScalingPolicyView>().WithSummary("A policy; its ETag is its version");
        policies.MapGet("/{name}/versions", VersionsAsync).RequireAuthorization(Roles.Viewer).Produces<Page<ScalingPolicyView>>().WithSummary("Every version, the newest first: who, when, why");
        policies.MapPut("/{name}", SetAsync).RequireAuthorization(Roles.Operator).Produces<ScalingPolicyView>()
            .WithSummary("Makes or changes a policy, as its next version").WithDescription("If-Match with the ETag, or ifVersion, refuses it if somebody else has changed it since; If-None-Match: * or ifVersion 0 if it is there already.");
        policies.MapDelete("/{name}", DeleteAsync).RequireAuthorization(Roles.Operator).Produces(StatusCodes.Status204NoContent).WithSummary("Deletes a policy; its versions stay");
        policies.MapPost("/{name}/rollback", RollBackAsync).RequireAuthorization(Roles.Operator).Produces<ScalingPolicyView>().WithSummary("Returns to what a former version said, as a new version");
    }

    private static async Task<IResult> ListAsync([FromKeyedServices(AutoscalerModule.Name)] Database database, CancellationToken cancellationToken) =>
        Results.Ok(await database.ReadAsync(PolicyStore.CurrentAsync, cancellationToken));

    private static IResult Validate(ScalingPolicySpec policy)
    {
        var problems = PolicyRules.Check(policy, path: "");
        return Results.Ok(new PolicyVerdict { Valid = problems.Count == 0, Problems = problems, Meaning = problems.Count == 0 ? PolicyEffect.Explain(policy) : [] });
    }

    private static async Task<IResult> OneAsync(string name, HttpContext http, [FromKeyedServices(AutoscalerModule.Name)] Database database) =>
        await database.ReadAsync(reader => PolicyStore.FindAsync(reader, name), http.RequestAborted) is { Deleted: false } found ? Tagged(http, found) : Missing(name);

    private static async Task<IResult> VersionsAsync(string name, [AsParameters] PageRequest page, HttpContext http, [FromKeyedServices(AutoscalerModule.Name)] Database database)
    {
        if (page.Check(out var before) is { } problem) return problem;
        var versions = await database.ReadAsync(reader => PolicyStore.VersionsAsync(reader, name, before ?? long.MaxValue, page.Take + 1), http.RequestAborted);
        return versions.Count == 0 && before is null ? Missing(name) : Results.Ok(page.Of(versions, version => version.Version));
    }

    internal static async Task<IResult> SetAsync(
        string name, PolicyRequest request, HttpContext http, [FromKeyedServices(AutoscalerModule.Name)] Database database, [FromKeyedServices(AutoscalerModule.Name)] IAuditLog audit, TimeProvider time)
    {
        var problems = PolicyRules.Check(request.Policy).ToList();
        if (!IsName(name)) problems.Add(new("name", "1 to 63 lower-case letters, digits and dashes", $"'{(name.Length > 60 ? name[..60] + "…" : name)}'"));
        if (request.Reason is { Length: > 500 }) problems.Add(new("reason", "up to 500 characters", $"{request.Reason.Length} characters"));
        if (problems.Count > 0) return Problem.BadRequest("invalid-policy", "The policy cannot be taken", problems);
        return await MakeAsync(http, database, audit, time, name, request.IfVersion, "set policy", request.Reason, (_, _) => Task.FromResult<ScalingPolicySpec?>(request.Policy), deleted: false);
    }

    internal static async Task<IResult> DeleteAsync(
        string name, string? reason, HttpContext http, [FromKeyedServices(AutoscalerModule.Name)] Database database, [FromKeyedServices(AutoscalerModule.Name)] IAuditLog audit, TimeProvider time) =>
        await MakeAsync(http, database, audit, time, name, null, "delete policy", reason is { Length: > 500 } ? reason[..500] : reason, (_, present) => Task.FromResult(present is { Deleted: false } ? present.Policy : null), deleted: true);

    private static async Task<IResult> RollBackAsync(
        string name, PolicyRollback request, HttpContext http, [FromKeyedServices(AutoscalerModule.Name)] Database database, [FromKeyedServices(AutoscalerModule.Name)] IAuditLog audit, TimeProvider time) =>
        request.Reason is { Length: > 500 }
            ? Problem.BadRequest("invalid-policy", "It cannot be rolled back", [new FieldProblem("reason", "up to 500 characters", $"{request.Reason.Length} characters")])
            : await MakeAsync(http, database, audit, time, name, null, "roll back policy", request.Reason, async (transaction, _) => (await PolicyStore.VersionAsync(transaction, name, request.Version))?.Policy, deleted: false);

    /// <summary>Makes the next version, and has what it is for decided anew.</summary>
    private static async Task<IResult> MakeAsync(
        HttpContext http, Database database, IAuditLog audit, TimeProvider time, string name, long? ifVersion, string action, string? reason,
        Func<Transaction, ScalingPolicyView?, Task<ScalingPolicySpec?>> make, bool deleted) => await database.TransactAsync<IResult>(async transaction =>
        {
            var present = await PolicyStore.FindAsync(transaction, name);
            if (Stale(http, ifVersion, present) is { } stale) return stale;
            if (await make(transaction, present) is not { } policy) return Missing(name);
            if (!deleted && await TakenAsync(transaction, name, policy) is { } taken) return taken;

            var view = new ScalingPolicyView
            {
                Name = name,
                Version = (present?.Version ?? 0) + 1,
                At = time.GetUtcNow(),
                By = http.User.Identity?.Name ?? "nobody",
                Reason = reason,
                Deleted = deleted,
                Policy = policy,
                Meaning = PolicyEffect.Explain(policy),
            };
            await PolicyStore.AddAsync(transaction, view);
            foreach (var application in await ApplicationStore.ListAsync(transaction))
            {
                if (!Concerns(policy, application.Name) && (present is null || !Concerns(present.Policy, application.Name))) continue;
                await ApplicationStore.TouchAsync(transaction, application.Name);
                await AnomalyStore.NoteAsync(transaction, PolicyChange.Of(view, application.Name));
            }

            await audit.RecordAsync(transaction, AuditEntry.For(http, action, name, reason, before: present is { Deleted: false } ? present.Policy : null, after: deleted ? null : policy));
            return deleted ? Results.NoContent() : Tagged(http, view);
        }, http.RequestAborted);

    private static bool Concerns(ScalingPolicySpec policy, string application) => policy.Application is null || policy.Application == application;

    /// <summary>Two policies for the same would leave open which holds.</summary>
    private static async Task<ProblemResult?> TakenAsync(Transaction transaction, string name, ScalingPolicySpec policy)
    {
        var other = (await PolicyStore.CurrentAsync(transaction)).FirstOrDefault(other => other.Name != name && other.Policy.Application == policy.Application);
        return other is null ? null : Problem.Conflict("policy-taken", "There is a policy for that already",
            $"The policy {other.Name} is for {policy.Application ?? "every application"} too; change that one, or delete it first.");
    }

    private static ProblemResult? Stale(HttpContext http, long? ifVersion, ScalingPolicyView? present)
    {
        var version = present is { Deleted: false } ? present.Version : 0;
        var (match, none) = (http.Request.Headers.IfMatch, http.Request.Headers.IfNoneMatch);
        var isStale = (ifVersion is { } wanted && wanted != version)
            || (!StringValues.IsNullOrEmpty(match) && match.ToString().Trim() is var tag && (tag == "*" ? version == 0 : tag.Trim('"') != version.ToString(CultureInfo.InvariantCulture)))
            || (none.ToString().Trim() == "*" && version > 0);
        return !isStale ? null : Problem.Of(StatusCodes.Status412PreconditionFailed, "policy-changed", "Somebody else has changed the policy",
            version == 0 ? "There is no such policy now; read the list and try again." : $"It is at version {version} now; read it, put your change into it, and send it with that version.");
    }

    private static IResult Tagged(HttpContext http, ScalingPolicyView view)
    {
        http.Response.Headers.ETag = $"\"{view.Version.ToString(CultureInfo.InvariantCulture)}\"";
        return Results.Ok(view);
    }

    private static ProblemResult Missing(string name) =>
        Problem.NotFound("no-such-policy", "There is no such policy", $"There is no policy or version '{(name.Length > 60 ? name[..60] + "…" : name)}'; GET /api/autoscaler/policies lists them.");

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name[0] != '-' && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

/// <summary>Body of <c>PUT /api/autoscaler/policies/{name}</c>.</summary>
internal sealed record PolicyRequest
{
    /// <summary>What it is to say.</summary>
    public required ScalingPolicySpec Policy { get; init; }
    /// <summary>Why, for the record. Optional.</summary>
    public string? Reason { get; init; }
    /// <summary>The version it is a change of, 0 for a new one; refused if that is not the present one. Optional.</summary>
    public long? IfVersion { get; init; }
}

/// <summary>Body of <c>POST /api/autoscaler/policies/{name}/rollback</c>.</summary>
internal sealed record PolicyRollback
{
    /// <summary>The version to return to.</summary>
    public required long Version { get; init; }
    /// <summary>Why, for the record. Optional.</summary>
    public string? Reason { get; init; }
}

/// <summary>Whether a policy would be taken.</summary>
internal sealed record PolicyVerdict
{
    /// <summary>True: it would.</summary>
    public required bool Valid { get; init; }
    /// <summary>What is wrong with it.</summary>
    public IReadOnlyList<FieldProblem> Problems { get; init; } = [];
    /// <summary>What it means, in words.</summary>
    public IReadOnlyList<string> Meaning { get; init; } = [];
}
