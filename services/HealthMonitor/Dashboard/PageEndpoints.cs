using Platform.Hosting;

namespace Platform.HealthMonitor.Dashboard;

/// <summary>The page itself: <c>/</c>, and its files below <c>/assets</c>.</summary>
internal static class PageEndpoints
{
    /// <summary>Nothing inline, nothing from elsewhere.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const string Open = "The page and its files are the same for everybody and hold no data; what they show is asked for under the visitor's session.";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", Page).OpenToAll(Open).ExcludeFromDescription();
        endpoints.MapGet("/assets/{digest}/{**file}", Asset).OpenToAll(Open).ExcludeFromDescription();
    }

    private static IResult Page(HttpContext context, DashboardAssets assets)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers.Vary = "Cookie";
        return Results.Bytes(context.User.Identity is { IsAuthenticated: true } ? assets.Page : assets.LoginPage, "text/html; charset=utf-8");
    }

    private static IResult Asset(string digest, string file, HttpContext context, DashboardAssets assets)
    {
        if ($"/assets/{digest}" != assets.Path || assets.Find(file) is not { } found) return Problem.NotFound("no-such-asset", "There is no such file", "Load the page again: it names the files of this version.");
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(found.Content, found.ContentType);
    }
}
