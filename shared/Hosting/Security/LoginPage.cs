using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Security;

/// <summary>The log-in page: no script, no style from elsewhere, readable in the dark.</summary>
internal static class LoginPage
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const string Style =
        ":root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}body{max-width:26rem;margin:12vh auto;padding:0 1rem}"
        + "input,button{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin-top:.5rem}";

    public static IResult Form(int status, string? message) => Page(status, "",
        $"""
        <h1>Platform</h1>
        {(message is null ? "" : $"<p role=\"alert\"><strong>{WebUtility.HtmlEncode(message)}</strong></p>")}
        <form method="post" action="/login">
        <label for="key">Key</label>
        <input id="key" name="key" type="password" autocomplete="off" required autofocus>
        <button type="submit">Log in</button>
        </form>
        <p>The first start wrote an admin key to <code>admin.key</code> in the data folder.</p>
        """);

    /// <summary>
    /// A page that goes on by itself, not a redirect: a browser sends a SameSite=Strict cookie only when the step that asks was ours,
    /// and a redirect counts for whoever linked here.
    /// </summary>
    public static IResult Entered() => Page(StatusCodes.Status200OK, "<meta http-equiv=\"refresh\" content=\"0;url=/\">", "<p>Welcome. <a href=\"/\">Go on</a></p>");

    private static PageResult Page(int status, string head, string body) => new(status,
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Platform: log in</title>{head}<style>{Style}</style></head><body>{body}</body></html>");

    private sealed class PageResult(int status, string html) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            httpContext.Response.Headers.ContentSecurityPolicy = Policy;
            httpContext.Response.Headers.CacheControl = "no-store";
            await httpContext.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(html), httpContext.RequestAborted);
        }
    }
}
