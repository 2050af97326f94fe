using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Hosting.Auditing;
using Platform.Hosting.Health;
using Platform.Hosting.OpenApi;
using Platform.Hosting.Problems;
using Platform.Hosting.Security;
using Platform.Metrics.Exposition;

namespace Platform.Hosting.Listening;

/// <summary>What a request to a control port passes, from the outside in.</summary>
internal static class ControlPipeline
{
    public static void Build(IApplicationBuilder branch, ServiceModule module, NetworkOptions network)
    {
        var addresses = branch.ApplicationServices.GetRequiredService<ServiceAddresses>();
        branch.UseMiddleware<ProblemMiddleware>();
        branch.Use(SecurityHeaders);
        branch.UseMiddleware<HostGuard>(network, addresses);
        branch.Use(NoNulInQuery);
        branch.UseRouting();
        branch.Use(UnknownPath);
        branch.UseAuthentication();
        branch.UseAuthorization();
        branch.UseMiddleware<SessionGuard>();
        branch.Use(BodyBuffer.InvokeAsync);
        branch.UseEndpoints(endpoints => Map(endpoints, module));
    }

    /// <summary>What is not there is not there for anyone, key or no key: the description of the API is no secret.</summary>
    private static Task UnknownPath(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not null) return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>As in bodies (<see cref="Json.NoNulText"/>); in a path the server itself refuses it.</summary>
    private static Task NoNulInQuery(HttpContext context, RequestDelegate next) =>
        context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true
            ? ProblemWriter.WriteAsync(context, Problem.Report(StatusCodes.Status400BadRequest, "bad-request", "The request cannot be understood", "The query holds the character U+0000."))
            : next(context);

    private static Task SecurityHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        // Not "no-referrer": under it browsers send our own forms with the origin "null", and the guard would turn them away.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        return next(context);
    }

    private static void Map(IEndpointRouteBuilder endpoints, ServiceModule module)
    {
        // The group's name is how the API's description finds the endpoints of this port among those of all modules.
        var group = endpoints.MapGroup("").WithGroupName(module.Name).WithMetadata(module);
        HealthEndpoints.Map(group, module);
        OpenApiEndpoint.Map(group, module);
        group.MapPrometheus("/metrics").RequireAuthorization(SecuritySetup.LoopbackOrViewer);
        AuditEndpoints.Map(group, module);
        KeyEndpoints.Map(group, module);
        LoginEndpoints.Map(group, module);
        DashboardLink.Map(group, module);
        module.Map(group);
    }
}
