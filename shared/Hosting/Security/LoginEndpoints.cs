using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MediaTypeHeaderValue = Microsoft.Net.Http.Headers.MediaTypeHeaderValue;

namespace Platform.Hosting.Security;

/// <summary>
/// How a person gets into the dashboard: whoever has a key asks for a code (<c>POST /login/codes</c>), opens <c>/login?code=…</c> once, and has
/// a session with that key's role. Or types the key into the page.
/// </summary>
internal static class LoginEndpoints
{
    private const string Public = "Logging in is what those do who are not known yet; it takes a one-time code or a key, and failures are limited.";

    public static void Map(IEndpointRouteBuilder endpoints, ServiceModule module)
    {
        endpoints.MapPost("/login/codes", (HttpContext context, SessionStore sessions, IServiceAddresses addresses) => CreateCode(context, sessions, addresses, module))
            .WithTags("Login").WithSummary("A one-time code that opens the dashboard with the role of the key that asks.")
            .Produces<LoginCode>().RequireAuthorization(Roles.Viewer);
        endpoints.MapGet("/login", (string? code, HttpContext context, SessionStore sessions, FailureLimiter failures) => Open(code, context, sessions, failures))
            .OpenToAll(Public).ExcludeFromDescription();
        endpoints.MapPost("/login", SubmitAsync).OpenToAll(Public).ExcludeFromDescription();
        endpoints.MapGet("/session", (HttpContext context) => Current(context))
            .WithTags("Login").WithSummary("Who asks, and, for a session, its antiforgery token.").Produces<SessionView>().RequireAuthorization(Roles.Viewer);
        endpoints.MapDelete("/session", (HttpContext context, SessionStore sessions) => End(context, sessions))
            .WithTags("Login").WithSummary("Ends the session.").Produces(StatusCodes.Status204NoContent).RequireAuthorization(Roles.Viewer);
    }

    private static IResult CreateCode(HttpContext context, SessionStore sessions, IServiceAddresses addresses, ServiceModule module)
    {
        var (code, expires) = sessions.CreateCode(context.User.Identity!.Name!, context.User.FindFirstValue(ClaimTypes.Role)!, context.User.FindFirstValue("key")!);
        return TypedResults.Ok(new LoginCode { Code = code, Url = new Uri(addresses.Control(module.Name), "/login?code=" + code), ExpiresAt = expires });
    }

    private static IResult Open(string? code, HttpContext context, SessionStore sessions, FailureLimiter failures)
    {
        if (code is null) return LoginPage.Form(StatusCodes.Status200OK, null);
        if (!failures.MayTry(context.Connection.RemoteIpAddress, null)) return TooMany();
        if (sessions.Redeem(code) is { } session) return Enter(context, session);
        failures.Failed(context.Connection.RemoteIpAddress);
        return LoginPage.Form(StatusCodes.Status401Unauthorized, "This code is used up or too old. Ask for a new one, or enter a key.");
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, SessionStore sessions, KeyStore keys, FailureLimiter failures)
    {
        if (!IsForm(context.Request)) return Problem.Of(StatusCodes.Status415UnsupportedMediaType, "media-type-not-supported", "A form is expected");
        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return Problem.BadRequest("bad-request", "The form cannot be read", "Send one field, 'key'.");
        }

        var remote = context.Connection.RemoteIpAddress;
        var key = keys.Find(form["key"].ToString().Trim());
        if (!failures.MayTry(remote, key?.Id)) return TooMany();
        if (key is not null)
        {
            failures.Succeeded(remote, key.Id);
            return Enter(context, sessions.Create(key.Name, key.Role, key.Id));
        }

        failures.Failed(remote);
        return LoginPage.Form(StatusCodes.Status401Unauthorized, "There is no such key.");
    }

    /// <summary>What the page itself sends; the framework would also unpack files.</summary>
    private static bool IsForm(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    private static IResult Enter(HttpContext context, (string Cookie, Session Session) entered)
    {
        context.Response.Cookies.Append(SessionStore.CookieName(context), entered.Cookie, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            Path = "/",
            Expires = entered.Session.ExpiresAt,
        });
        return LoginPage.Entered();
    }

    private static IResult Current(HttpContext context)
    {
        var session = context.Features.Get<Session>();
        return TypedResults.Ok(new SessionView
        {
            Name = context.User.Identity!.Name!,
            Role = context.User.FindFirstValue(ClaimTypes.Role)!,
            Antiforgery = session?.Antiforgery,
            ExpiresAt = session?.ExpiresAt,
        });
    }

    private static IResult End(HttpContext context, SessionStore sessions)
    {
        var name = SessionStore.CookieName(context);
        if (context.Request.Cookies.TryGetValue(name, out var cookie)) sessions.End(cookie);
        context.Response.Cookies.Delete(name);
        return TypedResults.NoContent();
    }

    private static ProblemResult TooMany() => Problem.TooManyRequests("too-many-failures", "Too many failures from this address", "Wait a minute, then ask for a new code.");
}

/// <summary>A one-time code.</summary>
internal sealed record LoginCode
{
    /// <summary>The code.</summary>
    public required string Code { get; init; }
    /// <summary>Open this in a browser.</summary>
    public required Uri Url { get; init; }
    /// <summary>When it stops working.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Who asks.</summary>
internal sealed record SessionView
{
    /// <summary>The key's name.</summary>
    public required string Name { get; init; }
    /// <summary>Its role.</summary>
    public required string Role { get; init; }
    /// <summary>To be sent as <c>X-Platform-Antiforgery</c> with every change; null: a key was used, which needs none.</summary>
    public string? Antiforgery { get; init; }
    /// <summary>When the session ends; null: a key was used.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
