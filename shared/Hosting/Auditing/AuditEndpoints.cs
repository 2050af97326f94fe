using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Http;

namespace Platform.Hosting.Auditing;

/// <summary><c>GET /audit</c>: what was changed in this service, newest first.</summary>
internal static class AuditEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, ServiceModule module) =>
        endpoints.MapGet("/audit", (HttpContext context, [AsParameters] PageRequest page) => ReadAsync(context, page, module))
            .WithTags("Audit").WithSummary("Who changed what in this service, and why; newest first.")
            .Produces<Page<AuditEntry>>().RequireAuthorization(Roles.Operator);

    private static async Task<IResult> ReadAsync(HttpContext context, PageRequest page, ServiceModule module)
    {
        if (page.Check(out var before) is { } problem) return problem;
        var log = context.RequestServices.GetRequiredKeyedService<IAuditLog>(module.Name);
        var entries = await log.ReadAsync(page.Take + 1, before, context.RequestAborted);
        return TypedResults.Ok(page.Of(entries, e => e.Id.ToString(CultureInfo.InvariantCulture)));
    }
}
