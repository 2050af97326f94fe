using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Forwarding;

/// <summary>
/// Refuses what two parties could read differently: the target the gateway routes by is, byte for byte, the target the replica gets,
/// and a body has one length. Allocates nothing.
/// </summary>
internal static class RequestRules
{
    private static readonly UriCreationOptions AsReceived = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Why a request is not forwarded; null: it may be.</summary>
    public static TrafficProblem? Refuse(HttpContext context)
    {
        if (HttpMethods.IsConnect(context.Request.Method) || HttpMethods.IsTrace(context.Request.Method)) return TrafficProblem.MethodNotAllowed;
        if (!IsUnambiguous(PathAndQuery(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))) return TrafficProblem.AmbiguousTarget;
        return HasOneLength(context.Request) ? null : TrafficProblem.AmbiguousLength;
    }

    /// <summary>The path and query of a request target; of the absolute form too.</summary>
    public static ReadOnlySpan<char> PathAndQuery(string rawTarget)
    {
        if (rawTarget is ['/', ..]) return rawTarget;
        var authority = rawTarget.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0) return [];
        var path = rawTarget.AsSpan(authority + 3);
        var slash = path.IndexOf('/');
        return slash < 0 ? [] : path[slash..];
    }

    /// <summary>Where a request goes at a replica: what the rules looked at is what is sent, no decoding and encoding in between.</summary>
    public static Uri Target(HttpContext context, string prefix) =>
        new(string.Concat(prefix, PathAndQuery(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)), AsReceived);

    /// <summary>False: there is certainly no body.</summary>
    public static bool MayHaveBody(this HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };

    /// <summary>
    /// Only visible ASCII, no backslash, no fragment, no dot segment however written; in the path no encoded slash, backslash, control
    /// character or percent sign before two digits (double encoding), and no percent sign that encodes nothing.
    /// </summary>
    public static bool IsUnambiguous(ReadOnlySpan<char> target)
    {
        if (target is not ['/', ..]) return false;
        var question = target.IndexOf('?');
        var path = question < 0 ? target : target[..question];
        if (target.ContainsAnyExceptInRange('!', '~') || target.Contains('#') || path.Contains('\\')) return false;
        return path.IndexOfAny('%', '.') < 0 || IsUnambiguousPath(path);
    }

    private static bool IsUnambiguousPath(ReadOnlySpan<char> path)
    {
        var segmentLength = 0;
        var segmentDots = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '%')
            {
                if (!TryDecode(path[i..], out c) || c is '/' or '\\' or < ' ' or '\x7f') return false;
                if (c == '%' && i + 4 < path.Length && char.IsAsciiHexDigit(path[i + 3]) && char.IsAsciiHexDigit(path[i + 4])) return false;
                i += 2;
            }
            else if (c == '/')
            {
                if (IsDotSegment(segmentLength, segmentDots)) return false;
                (segmentLength, segmentDots) = (0, 0);
                continue;
            }

            segmentLength++;
            if (c == '.') segmentDots++;
            // Some servers cut a segment at a semicolon before they look at its dots.
            if (c == ';' && IsDotSegment(segmentLength - 1, segmentDots)) return false;
        }

        return !IsDotSegment(segmentLength, segmentDots);
    }

    private static bool IsDotSegment(int length, int dots) => length is 1 or 2 && dots == length;

    private static bool TryDecode(ReadOnlySpan<char> triplet, out char decoded)
    {
        decoded = '\0';
        if (triplet.Length < 3 || !char.IsAsciiHexDigit(triplet[1]) || !char.IsAsciiHexDigit(triplet[2])) return false;
        decoded = (char)((HexValue(triplet[1]) << 4) | HexValue(triplet[2]));
        return true;
    }

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    /// <summary>
    /// Kestrel refuses most requests of two lengths. Left are those it repairs: a Content-Length beside a Transfer-Encoding (moved to
    /// X-Content-Length), and codings before the final <c>chunked</c>, which would get lost on the way.
    /// </summary>
    private static bool HasOneLength(HttpRequest request)
    {
        var codings = request.Headers.TransferEncoding;
        if (codings.Count == 0) return true;
        return codings.Count == 1
            && string.Equals(codings[0], "chunked", StringComparison.OrdinalIgnoreCase)
            && request.ContentLength is null
            && !request.Headers.ContainsKey("X-Content-Length")
            && !HttpProtocol.IsHttp10(request.Protocol);
    }
}
