using System.Text;
using System.Text.Json;

namespace Platform.Gateway.Forwarding;

/// <summary>The answers the gateway gives itself: RFC 9457 problems that name no application, revision, replica or address.</summary>
internal sealed class TrafficProblem
{
    private readonly byte[] _body;
    private readonly int _status;
    private readonly bool _closes;

    private TrafficProblem(int status, string slug, string title, string detail, string? retryAfter = null, bool closes = false)
    {
        Slug = slug;
        _status = status;
        RetryAfter = retryAfter;
        _closes = closes;
        _body = JsonSerializer.SerializeToUtf8Bytes(new { type = $"https://platform.dev/problems/{slug}", title, status, detail });
    }

    /// <summary>The end of its type.</summary>
    public string Slug { get; }

    public static TrafficProblem AmbiguousTarget { get; } = new(400, "ambiguous-target", "The request target can be read in more than one way.",
        "Send the path without dot segments, backslashes, encoded slashes or double encoding.", closes: true);

    public static TrafficProblem AmbiguousLength { get; } = new(400, "ambiguous-length", "The length of the request body can be read in more than one way.",
        "Send either a Content-Length or 'Transfer-Encoding: chunked', once.", closes: true);

    public static TrafficProblem BadRequest { get; } = new(400, "bad-request", "The request could not be read.", "Send the whole body that was announced.", closes: true);

    public static TrafficProblem NotFound { get; } = new(404, "no-route", "Nothing is served here.", "Check the host name and the path.");

    public static TrafficProblem MethodNotAllowed { get; } = new(405, "method-not-allowed", "CONNECT and TRACE are not forwarded.", "Use another method.");

    public static TrafficProblem NoAnswer { get; } = new(502, "no-answer", "The application gave no answer.", "Try again; a request that changes something may have been carried out.");

    public static TrafficProblem NoReplica { get; } = new(503, "no-ready-replica", "The application is not ready.", "Try again later.", retryAfter: "5");

    public static TrafficProblem TimedOut { get; } = new(504, "timed-out", "The application took too long.", "Try again; a request that changes something may have been carried out.");

    /// <summary>In how many seconds to come again; null: it does not say.</summary>
    public string? RetryAfter { get; }

    /// <summary>What is sent, for another data plane to send.</summary>
    public string Text => Encoding.UTF8.GetString(_body);

    /// <summary>Sends it in place of an answer, if none has begun.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted) return Task.CompletedTask;
        response.Clear();
        response.StatusCode = _status;
        response.ContentType = "application/problem+json";
        response.ContentLength = _body.Length;
        if (RetryAfter is not null) response.Headers.RetryAfter = RetryAfter;
        if (_closes) response.Headers.Connection = "close";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(_body, context.RequestAborted).AsTask();
    }
}
