using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Problems;

/// <summary>Keeps a JSON body until the request is done, so that a refusal can say everything that is wrong with it. Bodies are small here (Limits:ControlBody).</summary>
internal static class BodyBuffer
{
    private const int InMemory = 64 << 10;

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.HasJsonContentType()) context.Request.EnableBuffering(InMemory);
        return next(context);
    }
}
