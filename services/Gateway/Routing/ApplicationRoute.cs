using Platform.Contracts.Traffic;
using Platform.Gateway.Balancing;
using Platform.Gateway.Mirroring;
using Platform.Gateway.Replicas;

namespace Platform.Gateway.Routing;

/// <summary>One application's table in force. Immutable but for the replicas' own counts.</summary>
internal sealed class ApplicationRoute
{
    private readonly RevisionPool[] _weighted;
    private readonly WeightedSplit _split;

    /// <param name="table">The table.</param>
    /// <param name="traffic">What the application keeps across tables.</param>
    /// <param name="find">Gives the replica of a revision and an address: the same object in every table that names it.</param>
    public ApplicationRoute(RouteTable table, ApplicationTraffic traffic, Func<string, ReplicaAddress, Replica> find)
    {
        Table = table;
        Traffic = traffic;
        PathPrefix = table.PathPrefix.TrimEnd('/');
        var loadBalancing = RouteTableRules.LoadBalancingOf(table)!.Value;
        Revisions = [.. table.Revisions.Select(r => new RevisionPool(r.Revision, r.Weight, [.. r.Replicas.Select(a => find(r.Revision, a))], loadBalancing))];
        _weighted = [.. Revisions.Where(r => r.Weight > 0 && r.Replicas.Length > 0)];
        _split = new WeightedSplit(_weighted.Select(r => r.Weight));
        Rules = RevisionRules.Of(table.Rules, this);
        Sticky = StickyRevision.Of(this, _weighted);
        Mirrors = MirrorSplit.Of(this);
    }

    public RouteTable Table { get; }

    public string Application => Table.Application;

    public ApplicationTraffic Traffic { get; }

    /// <summary>Without a slash at its end; empty: every path.</summary>
    public string PathPrefix { get; }

    public RevisionPool[] Revisions { get; }

    /// <summary>Headers and cookies that lead to a revision; null: none.</summary>
    public RevisionRules? Rules { get; }

    /// <summary>The revision that clients keep meeting; null: none.</summary>
    public StickyRevision? Sticky { get; }

    /// <summary>The revisions that get copies of the others' requests; null: none.</summary>
    public MirrorSplit? Mirrors { get; }

    public IEnumerable<Replica> Replicas => Revisions.SelectMany(r => r.Replicas);

    /// <summary>The revision a request asks for by name; null: there is none of that name that has a replica.</summary>
    public RevisionPool? Find(ReadOnlySpan<char> revision)
    {
        foreach (var pool in Revisions)
        {
            if (pool.Replicas.Length > 0 && revision.Equals(pool.Revision, StringComparison.Ordinal)) return pool;
        }

        return null;
    }

    /// <summary>
    /// A replica for a request: of the named revision; otherwise of the one its client is kept on, if it has a ready one; otherwise of one
    /// chosen by weight; when all of that revision's were tried, of any other revision that takes part by weight. Null: none is left, or
    /// there was none. Allocates nothing.
    /// </summary>
    /// <param name="named">The revision the request names, or a rule for it; null: none.</param>
    /// <param name="kept">The revision its client is kept on; null: none.</param>
    /// <param name="tried">Replicas that failed this request already.</param>
    /// <param name="now">A timestamp of the gateway's clock.</param>
    public Replica? Choose(RevisionPool? named, RevisionPool? kept, List<Replica> tried, long now)
    {
        if (named is not null) return named.Choose(tried, now);
        if (kept?.ChooseReady(tried, now) is { } again) return again;
        if (_weighted.Length == 0) return null;
        var chosen = _weighted.Length == 1 ? _weighted[0] : _weighted[_split.Choose(Traffic.Weighted.Next())];
        var replica = chosen.Choose(tried, now);
        if (replica is not null || tried.Count == 0) return replica;
        foreach (var other in _weighted)
        {
            if (other.ChooseReady(tried, now) is { } ready) return ready;
        }

        return null;
    }

    /// <summary>Whether the prefix covers the path, segment by segment: <c>/shop</c> covers <c>/shop/cart</c> and not <c>/shopping</c>.</summary>
    public bool Covers(string path) =>
        path.StartsWith(PathPrefix, StringComparison.Ordinal) && (path.Length == PathPrefix.Length || path[PathPrefix.Length] == '/');
}
