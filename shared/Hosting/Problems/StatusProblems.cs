using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Problems;

/// <summary>The problems that have no owner: what a bare status means, and what to do about it.</summary>
internal static class StatusProblems
{
    public static ProblemReport For(int status, HttpContext context) => status switch
    {
        StatusCodes.Status400BadRequest => Problem.Report(status, "bad-request", "The request cannot be understood"),
        StatusCodes.Status401Unauthorized => Problem.Report(status, "key-required", "A key is required",
            "Send the header 'Authorization: Bearer KEY'. The first start wrote an admin key to the file admin.key in the data folder."),
        StatusCodes.Status403Forbidden => Problem.Report(status, "role-too-small", "The key's role is too small",
            "Use a key with a greater role: viewer reads, operator changes, admin configures."),
        StatusCodes.Status404NotFound => Problem.Report(status, "not-found", "Nothing is here",
            $"There is no {context.Request.Path} on this port. GET /openapi/v1.json lists what there is."),
        StatusCodes.Status405MethodNotAllowed => Problem.Report(status, "method-not-allowed", "The method is not allowed here",
            $"{context.Request.Method} is not possible on {context.Request.Path}; allowed: {context.Response.Headers.Allow}."),
        StatusCodes.Status408RequestTimeout => Problem.Report(status, "request-timeout", "The request took too long to arrive"),
        StatusCodes.Status413PayloadTooLarge => Problem.Report(status, "body-too-large", "The body is too large",
            "Send less, or have an admin raise Limits:ControlBody."),
        StatusCodes.Status415UnsupportedMediaType => Problem.Report(status, "media-type-not-supported", "The media type is not supported",
            $"Send 'Content-Type: application/json'; found '{context.Request.ContentType ?? "none"}'."),
        StatusCodes.Status429TooManyRequests => Problem.Report(status, "too-many-requests", "Too many requests", "Wait as long as Retry-After says."),
        StatusCodes.Status503ServiceUnavailable => Problem.Report(status, "not-ready", "Not ready yet", "GET /health/ready says what is waited for."),
        >= 500 => Problem.Report(status, "internal-error", "Something went wrong here", "The trace id finds it in the logs."),
        _ => Problem.Report(status, "http-" + status, "The request was refused"),
    };
}
