using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Platform.Hosting.Problems;

namespace Platform.Hosting.Security;

/// <summary>A change under a session's cookie must also carry the session's antiforgery token in a header, which no foreign page can read.</summary>
internal sealed class SessionGuard(RequestDelegate next)
{
    public const string HeaderName = "X-Platform-Antiforgery";

    public Task InvokeAsync(HttpContext context)
    {
        var session = context.Features.Get<Session>();
        if (session is null || !HostGuard.IsChange(context.Request.Method)) return next(context);
        var header = context.Request.Headers[HeaderName];
        if (header.Count == 1 && IsSame(header[0] ?? "", session.Antiforgery)) return next(context);
        return ProblemWriter.WriteAsync(context, Problem.Report(StatusCodes.Status403Forbidden, "antiforgery-token-required",
            "The antiforgery token is missing or wrong", $"GET /session has it; send it as '{HeaderName}'."));
    }

    /// <summary>Digests are compared, in constant time: how long it takes tells nothing about the token.</summary>
    private static bool IsSame(string shown, string expected) => CryptographicOperations.FixedTimeEquals(SecretText.Hash(shown), SecretText.Hash(expected));
}
