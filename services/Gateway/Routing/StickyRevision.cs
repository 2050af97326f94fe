using System.Globalization;
using Platform.Gateway.Balancing;
using Platform.Gateway.Forwarding;

namespace Platform.Gateway.Routing;

/// <summary>
/// The revision that clients keep meeting once they have met it, and its weight as a share of clients instead of requests.
/// <code>
/// client without cookie      ─ weights ─▶ sticky: platform-sticky=v2        other: platform-asked=v2:500 (at 5.00 %)
/// platform-sticky=v2         ─▶ sticky, always
/// platform-asked=v2:500      ─▶ other, until the share s is above 5 %; then once more, to sticky with (s − 5 %) / (100 % − 5 %)
/// </code>
/// Were those that met another revision asked with every request, a page of forty would move nearly every browser at 5 %. Asked once per
/// share, and given that they stayed before, they move so that just the share of all clients is on the sticky revision. Cookies that name
/// another revision mean nothing and need not be taken back.
/// </summary>
internal sealed class StickyRevision
{
    private const string MetCookie = "platform-sticky";
    private const string AskedCookie = "platform-asked";

    /// <summary>Shares are told in hundredths of a percent.</summary>
    private const int Whole = 10_000;

    private readonly RevisionPool[] _others;
    private readonly WeightedSplit _split;
    private readonly int _share;
    private readonly string _met;
    private readonly string _asked;
    private readonly string _setMet;
    private readonly string _setAsked;

    private StickyRevision(RevisionPool pool, RevisionPool[] weighted, string prefix)
    {
        Pool = pool;
        _others = [.. weighted.Where(r => r != pool)];
        _split = new WeightedSplit(_others.Select(r => r.Weight));
        _share = (int)((long)pool.Weight * Whole / (_split.Total + pool.Weight));
        _met = $"{MetCookie}={pool.Revision}";
        _asked = $"{AskedCookie}={pool.Revision}:";
        var path = prefix.Length > 0 && prefix.All(c => c is > ' ' and < '\x7f' and not ';') ? prefix : "/";
        _setMet = $"{_met}; Path={path}; HttpOnly; SameSite=Lax";
        _setAsked = $"{_asked}{_share.ToString(CultureInfo.InvariantCulture)}; Path={path}; HttpOnly; SameSite=Lax";
    }

    /// <summary>The revision.</summary>
    public RevisionPool Pool { get; }

    /// <summary>A route's; null: its table names none, or one without weight or replicas.</summary>
    /// <param name="route">The route.</param>
    /// <param name="weighted">Its revisions with weight and replicas.</param>
    public static StickyRevision? Of(ApplicationRoute route, RevisionPool[] weighted) =>
        route.Table.Sticky is { } sticky && Array.Find(weighted, r => r.Revision == sticky) is { } pool ? new StickyRevision(pool, weighted, route.PathPrefix) : null;

    /// <summary>Where a client's cookies lead. Allocates nothing.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="traffic">The application's.</param>
    /// <param name="pool">The revision; null: the weights decide.</param>
    /// <returns>True: its cookies say all there is to say; false: it gets one with the answer.</returns>
    public bool IsSettled(IHeaderDictionary headers, ApplicationTraffic traffic, out RevisionPool? pool)
    {
        var asked = -1;
        foreach (var cookie in new RequestCookies(headers))
        {
            if (cookie.SequenceEqual(_met))
            {
                pool = Pool;
                return true;
            }

            if (cookie.StartsWith(_asked, StringComparison.Ordinal)
                && int.TryParse(cookie[_asked.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var share)
                && share <= Whole) asked = Math.Max(asked, share);
        }

        pool = null;
        if (asked < 0 || _others.Length == 0) return false;
        if (asked >= _share)
        {
            pool = Other(traffic);
            return true;
        }

        pool = WeightedSplit.Point(traffic.AskedAgain.Next(), Whole - asked) < _share - asked ? Pool : Other(traffic);
        return false;
    }

    /// <summary>The <c>Set-Cookie</c> of an answer from a revision.</summary>
    public string Cookie(string revision) => revision == Pool.Revision ? _setMet : _setAsked;

    private RevisionPool Other(ApplicationTraffic traffic) => _others.Length == 1 ? _others[0] : _others[_split.Choose(traffic.Others.Next())];
}
