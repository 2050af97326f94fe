using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Hosting.Problems;

namespace Platform.Hosting.Security;

/// <summary>Who asks: a key in the Authorization header, or a dashboard session's cookie.</summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyStore keys, SessionStore sessions, FailureLimiter failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Platform";
    private const string BearerPrefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count > 1) return Failed("More than one Authorization header.");
        if (header.Count == 1) return Task.FromResult(ByKey(header[0] ?? ""));
        return Task.FromResult(Request.Cookies.TryGetValue(SessionStore.CookieName(Context), out var cookie) ? BySession(cookie) : AuthenticateResult.NoResult());
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Context.Items.ContainsKey(FailureLimiter.Blocked))
        {
            Response.Headers.RetryAfter = ((int)Math.Ceiling(failures.Window.TotalSeconds)).ToString();
            await ProblemWriter.WriteAsync(Context, Problem.Report(StatusCodes.Status429TooManyRequests, "too-many-failures",
                "Too many wrong keys from this address", $"Wait {Response.Headers.RetryAfter} s, then use a key that exists."));
            return;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        await ProblemWriter.WriteAsync(Context, StatusProblems.For(StatusCodes.Status401Unauthorized, Context));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ProblemWriter.WriteAsync(Context, StatusProblems.For(StatusCodes.Status403Forbidden, Context));

    private AuthenticateResult ByKey(string header)
    {
        if (!header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)) return Refused("Only 'Bearer' is known.");
        var key = keys.Find(header[BearerPrefix.Length..].Trim());

        // An address that has guessed too often gets no answer to further guesses, right or wrong; a key that already worked from there goes on working.
        if (!failures.MayTry(Context.Connection.RemoteIpAddress, key?.Id))
        {
            Context.Items[FailureLimiter.Blocked] = true;
            return AuthenticateResult.Fail("Too many wrong keys.");
        }

        if (key is null) return Refused("Unknown key.");
        failures.Succeeded(Context.Connection.RemoteIpAddress, key.Id);
        return Success(key.Name, key.Role, "key", key.Id);
    }

    private AuthenticateResult BySession(string cookie)
    {
        var session = sessions.Find(cookie);
        if (session is null || !keys.IsLive(session.KeyId)) return AuthenticateResult.Fail("The session has ended.");
        Context.Features.Set(session);
        return Success(session.Name, session.Role, "session", session.KeyId);
    }

    private AuthenticateResult Refused(string why)
    {
        failures.Failed(Context.Connection.RemoteIpAddress);
        return AuthenticateResult.Fail(why);
    }

    private static Task<AuthenticateResult> Failed(string why) => Task.FromResult(AuthenticateResult.Fail(why));

    private AuthenticateResult Success(string name, string role, string by, string keyId)
    {
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role), new Claim("by", by), new Claim("key", keyId)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }
}
