using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Hosting.Json;

namespace Platform.Hosting.Problems;

/// <summary>The one place where a problem becomes bytes.</summary>
internal static class ProblemWriter
{
    public static async Task WriteAsync(HttpContext context, ProblemReport report)
    {
        if (context.Response.HasStarted) return;

        context.Response.StatusCode = report.Status;
        context.Response.ContentType = ProblemReport.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        var complete = report with
        {
            Instance = report.Instance ?? context.Request.PathBase + context.Request.Path,
            TraceId = report.TraceId ?? Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier,
        };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(complete, PlatformJson.Options);
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
