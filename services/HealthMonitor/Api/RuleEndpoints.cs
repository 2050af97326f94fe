using Platform.HealthMonitor.Alerts;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.HealthMonitor.Api;

/// <summary>Alert rules: listed, made, changed, deleted.</summary>
internal static class RuleEndpoints
{
    private const int MostRules = 500;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/rules", ListAsync).RequireAuthorization(Roles.Viewer).WithSummary("Alert rules");
        endpoints.MapGet("/rules/{name}", GetAsync).RequireAuthorization(Roles.Viewer).WithSummary("One alert rule");
        endpoints.MapPost("/rules", CreateAsync).RequireAuthorization(Roles.Operator).WithSummary("Make an alert rule");
        endpoints.MapPut("/rules/{name}", PutAsync).RequireAuthorization(Roles.Operator).WithSummary("Make or replace an alert rule");
        endpoints.MapDelete("/rules/{name}", DeleteAsync).RequireAuthorization(Roles.Operator).WithSummary("Delete an alert rule").WithDescription("Its active alerts are resolved.");
    }

    private static async Task<IResult> ListAsync([FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken) =>
        Results.Ok(new Contracts.Http.Page<AlertRule> { Items = await database.ReadAsync(AlertStore.RulesAsync, cancellationToken) });

    private static async Task<IResult> GetAsync(string name, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken) =>
        await database.ReadAsync(reader => AlertStore.RuleAsync(reader, name), cancellationToken) is { } rule ? Results.Ok(rule) : Unknown(name);

    private static async Task<IResult> CreateAsync(
        AlertRule rule, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database, [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, CancellationToken cancellationToken)
    {
        if (RuleValidation.Validate(rule) is { Count: > 0 } problems) return Problem.BadRequest("invalid-rule", "The rule cannot be taken", problems);
        return await database.TransactAsync<IResult>(async transaction =>
        {
            var rules = await AlertStore.RulesAsync(transaction);
            if (rules.Any(known => known.Name == rule.Name)) return Problem.Conflict("rule-exists", "There is such a rule already", $"PUT /rules/{rule.Name} replaces it.");
            if (rules.Count >= MostRules) return Problem.Conflict("too-many-rules", "There are too many rules", $"At most {MostRules} rules are kept; delete one first.");
            await AlertStore.PutRuleAsync(transaction, rule);
            await audit.RecordAsync(transaction, AuditEntry.For(http, "create rule", rule.Name, after: rule));
            return Results.Created($"/rules/{rule.Name}", rule);
        }, cancellationToken);
    }

    private static async Task<IResult> PutAsync(
        string name, AlertRule rule, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database, [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, CancellationToken cancellationToken)
    {
        var problems = RuleValidation.Validate(rule).ToList();
        if (rule.Name != name) problems.Add(new FieldProblem("name", $"'{name}', as in the path", $"'{rule.Name}'"));
        if (problems.Count > 0) return Problem.BadRequest("invalid-rule", "The rule cannot be taken", problems);
        return await database.TransactAsync<IResult>(async transaction =>
        {
            var before = await AlertStore.RuleAsync(transaction, name);
            if (before is null && (await AlertStore.RulesAsync(transaction)).Count >= MostRules)
            {
                return Problem.Conflict("too-many-rules", "There are too many rules", $"At most {MostRules} rules are kept; delete one first.");
            }

            await AlertStore.PutRuleAsync(transaction, rule);
            await audit.RecordAsync(transaction, AuditEntry.For(http, before is null ? "create rule" : "change rule", name, before: before, after: rule));
            return Results.Ok(rule);
        }, cancellationToken);
    }

    private static async Task<IResult> DeleteAsync(
        string name, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database, [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, CancellationToken cancellationToken) =>
        await database.TransactAsync<IResult>(async transaction =>
        {
            if (await AlertStore.RuleAsync(transaction, name) is not { } before) return Unknown(name);
            await AlertStore.DeleteRuleAsync(transaction, name);
            await audit.RecordAsync(transaction, AuditEntry.For(http, "delete rule", name, before: before));
            return Results.NoContent();
        }, cancellationToken);

    private static ProblemResult Unknown(string name) => Problem.NotFound("rule-unknown", "There is no such rule", $"No rule is called '{(name.Length > 80 ? name[..80] : name)}'; GET /rules lists them.");
}
