using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Platform.Hosting.Health;

/// <summary><c>/health/live</c>: the process runs. <c>/health/ready</c>: it can do its job; what it waits for is told to those with a key.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, ServiceModule module)
    {
        endpoints.MapGet("/health/live", () => TypedResults.Ok(new HealthView { Status = "live", Service = module.Name }))
            .WithTags("Health").WithSummary("Whether the process runs.").OpenToAll("A load balancer has no key; it learns that the process runs.");
        endpoints.MapGet("/health/ready", async (HttpContext context, Readiness readiness) => await ReadyAsync(context, readiness, module))
            .WithTags("Health").WithSummary("Whether the service can do its job now. What it waits for is told to those with a key.")
            .Produces<HealthView>().Produces<HealthView>(StatusCodes.Status503ServiceUnavailable)
            .OpenToAll("A load balancer has no key; it learns yes or no.");
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, Readiness readiness, ServiceModule module)
    {
        var waiting = await readiness.WaitingForAsync(module.Name, context.RequestAborted);
        var view = new HealthView
        {
            Status = waiting.Count == 0 ? "ready" : "waiting",
            Service = module.Name,
            WaitingFor = context.User.Identity?.IsAuthenticated == true ? waiting : null,
        };
        return TypedResults.Json(view, statusCode: waiting.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>The answer of the health endpoints.</summary>
internal sealed record HealthView
{
    /// <summary><c>live</c>, <c>ready</c> or <c>waiting</c>.</summary>
    public required string Status { get; init; }
    /// <summary>The service.</summary>
    public required string Service { get; init; }
    /// <summary>What it waits for; absent without a key.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? WaitingFor { get; init; }
}
