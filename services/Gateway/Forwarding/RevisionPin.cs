using Platform.Gateway.Routing;

namespace Platform.Gateway.Forwarding;

/// <summary>
/// A client may ask for a revision: header <c>X-Platform-Revision: v2</c>, or cookie <c>platform-revision=v2</c>. A name that has no
/// replica is ignored: a cookie must not outlive its revision.
/// </summary>
internal static class RevisionPin
{
    public const string Header = "X-Platform-Revision";

    private const string Cookie = "platform-revision=";

    /// <summary>The revision a request asks for; null: none that there is. Allocates nothing.</summary>
    public static RevisionPool? Find(IHeaderDictionary headers, ApplicationRoute route)
    {
        if (headers.TryGetValue(Header, out var named) && named.Count == 1 && route.Find(named[0].AsSpan().Trim()) is { } pool) return pool;
        foreach (var cookie in new RequestCookies(headers))
        {
            if (cookie.StartsWith(Cookie, StringComparison.Ordinal)) return route.Find(cookie[Cookie.Length..]);
        }

        return null;
    }
}
