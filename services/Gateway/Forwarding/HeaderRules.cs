using System.Collections.Frozen;
using System.Diagnostics;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Platform.Gateway.Forwarding;

/// <summary>Which request headers a replica gets.</summary>
internal static class HeaderRules
{
    /// <summary>Marks a copy of a request, so that whoever gets it can tell. Only the gateway says so.</summary>
    public const string Mirrored = "X-Platform-Mirrored";

    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedHost = "X-Forwarded-Host";
    private const string ForwardedProto = "X-Forwarded-Proto";

    /// <summary>Hop by hop (RFC 9110, 7.6.1), plus what clients must not claim and what the gateway writes itself.</summary>
    private static readonly FrozenSet<string> Dropped = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
        HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization, "Proxy-Authentication-Info", HeaderNames.AltSvc, "HTTP2-Settings",
        "Forwarded", Mirrored,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies the client's headers that may pass and adds the gateway's own.</summary>
    public static void Copy(HttpContext context, HttpRequestMessage request)
    {
        var headers = context.Request.Headers;
        foreach (var (name, values) in headers)
        {
            if (!Drops(name)) Add(request, name, values);
        }

        var connection = headers.Connection;
        if (connection.Count > 0) RemoveListed(connection, request);
        AddForwarded(context, request);
        AddTrace(request);
    }

    /// <summary>As <c>Copy</c>, for a request whose headers were all copied already.</summary>
    public static void Clean(HttpContext context, HttpRequestMessage request)
    {
        foreach (var (name, _) in context.Request.Headers)
        {
            if (!Drops(name)) continue;
            request.Headers.Remove(name);
        }

        RemoveListed(context.Request.Headers.Connection, request);
        AddForwarded(context, request);
        AddTrace(request);
    }

    /// <summary>
    /// Whether a header is not passed on. Names with underscores are dropped because CGI-style servers read <c>X_Forwarded_For</c>
    /// and <c>X-Forwarded-For</c> as one.
    /// </summary>
    public static bool Drops(string name) =>
        Dropped.Contains(name) || name.Contains('_') || name is [':', ..] || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (values.Count > 1 && string.Equals(name, HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase)) values = string.Join("; ", values!);
        if (values.Count == 1)
        {
            string? value = values;
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        else
        {
            string?[] several = values!;
            if (!request.Headers.TryAddWithoutValidation(name, several)) request.Content?.Headers.TryAddWithoutValidation(name, several);
        }
    }

    /// <summary>Headers the client declared to be for this hop only. Never those that say where a request goes or how long it is.</summary>
    private static void RemoveListed(StringValues connection, HttpRequestMessage request)
    {
        foreach (var value in connection)
        {
            if (value is null || value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || value.Equals("upgrade", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var listed in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (listed.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase) || listed.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase)) continue;
                if (!listed.All(c => char.IsAsciiLetterOrDigit(c) || c is '-')) continue;
                if (!IsContentHeader(listed)) request.Headers.Remove(listed);
                else request.Content?.Headers.Remove(listed);
            }
        }
    }

    private static bool IsContentHeader(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.Allow, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.Expires, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.LastModified, StringComparison.OrdinalIgnoreCase);

    private static void AddForwarded(HttpContext context, HttpRequestMessage request)
    {
        // The address' text is made once per connection: IPAddress keeps it.
        if (context.Connection.RemoteIpAddress is { } address)
            request.Headers.TryAddWithoutValidation(ForwardedFor, (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
        if (context.Request.Headers.Host is { Count: > 0 } host) request.Headers.TryAddWithoutValidation(ForwardedHost, (string?)host);
        request.Headers.TryAddWithoutValidation(ForwardedProto, context.Request.Scheme);
    }

    /// <summary>
    /// The replica's span becomes a child of the gateway's if somebody records that; otherwise the client's trace context passes unchanged.
    /// </summary>
    private static void AddTrace(HttpRequestMessage request)
    {
        if (Activity.Current is not { Recorded: true, IdFormat: ActivityIdFormat.W3C } activity) return;
        request.Headers.Remove(HeaderNames.TraceParent);
        request.Headers.TryAddWithoutValidation(HeaderNames.TraceParent, activity.Id);
        if (activity.TraceStateString is not { Length: > 0 } state) return;
        request.Headers.Remove(HeaderNames.TraceState);
        request.Headers.TryAddWithoutValidation(HeaderNames.TraceState, state);
    }
}
