using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Platform.Hosting.Problems;

/// <summary>Keeps a JSON body until the request is done, so that a refusal can say everything that is wrong with it. Bodies are small here (Limits:ControlBody).</summary>
internal static class BodyBuffer
{
    private const int InMemory = 64 << 10;

    /// <summary>JSON is UTF-8 (RFC 8259, 8.1). The framework would look up any other name, and fail on one that it does not know.</summary>
    private static bool IsUtf8(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.HasJsonContentType()) return next(context);
        if (!IsUtf8(context.Request)) return ProblemWriter.WriteAsync(context, StatusProblems.For(StatusCodes.Status415UnsupportedMediaType, context));
        context.Request.EnableBuffering(InMemory);
        return next(context);
    }
}
