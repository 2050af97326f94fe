using System.Net;
using Microsoft.AspNetCore.Http;
using Platform.Hosting.Listening;
using Platform.Hosting.Problems;

namespace Platform.Hosting.Security;

/// <summary>
/// Loopback is not trust: a page of a stranger can reach 127.0.0.1 through the visitor's browser. A control port therefore answers only
/// under names that are its own (against DNS rebinding), and takes changes only from its own pages (against cross-site requests).
/// </summary>
internal sealed class HostGuard(RequestDelegate next, NetworkOptions network, ServiceAddresses addresses)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!IsOurs(context.Request.Host.Host, context.Connection.LocalIpAddress))
        {
            return ProblemWriter.WriteAsync(context, Problem.Report(StatusCodes.Status421MisdirectedRequest, "host-not-allowed",
                "The Host header names somebody else", "Ask for localhost or 127.0.0.1, or have an admin add the name to AllowedHosts."));
        }

        var origins = context.Request.Headers.Origin;
        if (IsChange(context.Request.Method) && origins.Count > 0 && (origins.Count > 1 || !IsOurOrigin(origins[0], context.Connection.LocalIpAddress)))
        {
            return ProblemWriter.WriteAsync(context, Problem.Report(StatusCodes.Status403Forbidden, "origin-not-allowed",
                "A page of another origin may not change anything here", "Have an admin add the page's origin to AllowedOrigins."));
        }

        return next(context);
    }

    public static bool IsChange(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method));

    private bool IsOurs(string host, IPAddress? local)
    {
        if (host.Length == 0) return false;
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (network.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase)) return true;

        // An address, unlike a name, cannot be made to point elsewhere: it is ours if the connection came in on it.
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) && (IPAddress.IsLoopback(address) || address.Equals(local));
    }

    private bool IsOurOrigin(string? origin, IPAddress? local)
    {
        if (origin is null) return false;
        if (network.AllowedOrigins.Any(o => string.Equals(o.TrimEnd('/'), origin, StringComparison.OrdinalIgnoreCase))) return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && IsOurs(uri.IdnHost, local)
            && addresses.Listeners.Any(l => !l.IsTraffic && l.ActualPort == uri.Port);
    }
}
