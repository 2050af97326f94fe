using Platform.Gateway.Balancing;
using Platform.Gateway.Routing;

namespace Platform.Gateway.Mirroring;

/// <summary>A revision that gets copies of the others' requests.</summary>
/// <param name="Pool">Its replicas.</param>
/// <param name="Writes">Requests that may change something are copied too.</param>
/// <param name="Traffic">The application's.</param>
internal sealed record MirrorTarget(RevisionPool Pool, bool Writes, ApplicationTraffic Traffic)
{
    /// <summary>Whether a request that goes to a revision may be copied to this one.</summary>
    public bool Takes(string revision, bool write) => (Writes || !write) && !string.Equals(Pool.Revision, revision, StringComparison.Ordinal);
}

/// <summary>
/// Decides which requests are copied, and to whom: the same sequence of lowest discrepancy as <see cref="WeightedSplit"/>, over the
/// requests that may be copied, so that the share holds in every stretch of them. A request is copied once at most.
/// </summary>
internal sealed class MirrorSplit
{
    private readonly MirrorTarget[] _targets;
    private readonly WeightedSplit _split;

    private MirrorSplit(MirrorTarget[] targets, List<int> shares)
    {
        _targets = targets;
        _split = new WeightedSplit([.. shares, 100 - shares.Sum()]);
    }

    /// <summary>A route's; null: no revision gets copies.</summary>
    public static MirrorSplit? Of(ApplicationRoute route)
    {
        var mirrored = route.Table.Revisions.Where(r => r.Mirror > 0 && r.Replicas.Count > 0).ToList();
        return mirrored.Count == 0 ? null : new MirrorSplit(
            [.. mirrored.Select(r => new MirrorTarget(route.Find(r.Revision)!, r.MirrorWrites, route.Traffic))],
            [.. mirrored.Select(r => r.Mirror)]);
    }

    /// <summary>Who gets a copy of the next request; null: nobody. O(targets); allocates nothing.</summary>
    /// <param name="revision">Where the request itself goes.</param>
    /// <param name="write">It may change something.</param>
    public MirrorTarget? Choose(string revision, bool write)
    {
        if (!MayBeCopied(revision, write)) return null;
        var chosen = _split.Choose(_targets[0].Traffic.Mirrored.Next());
        return chosen < _targets.Length && _targets[chosen].Takes(revision, write) ? _targets[chosen] : null;
    }

    /// <summary>A request that never can be copied must not use up a turn: it would bend the shares.</summary>
    private bool MayBeCopied(string revision, bool write)
    {
        foreach (var target in _targets)
        {
            if (target.Takes(revision, write)) return true;
        }

        return false;
    }
}
