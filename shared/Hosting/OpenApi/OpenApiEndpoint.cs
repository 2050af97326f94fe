using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Platform.Hosting.Security;

namespace Platform.Hosting.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>: what this port serves.</summary>
internal static class OpenApiEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints, ServiceModule module) =>
        endpoints.MapGet("/openapi/v1.json", async (HttpContext context) =>
        {
            var provider = context.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(module.Name);
            var document = await provider.GetOpenApiDocumentAsync(context.RequestAborted);
            return TypedResults.Text(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, context.RequestAborted), "application/json");
        }).ExcludeFromDescription().RequireAuthorization(SecuritySetup.LoopbackOrViewer);
}
