namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// How many replicas to want at a price: the newsvendor's rule over the minutes that a decision made later cannot reach.
/// <code>
///          t        t+1   t+2  …  t+L   t+1+L
/// here:             ├─ kept as long as its use × price exceeds its cost, summed from now up to the best minute to let it go ─┤
/// starting:               ├─ the same from the minute on in which it serves ──────────────────────────┤
/// ordered now:                                   └ one minute: its place can be taken by a later order afterwards
/// </code>
/// A replica costs 1 a minute. What it serves and would not be served without it is worth the price. Beyond t+1+L nothing need be kept now.
/// </summary>
internal static class ReplicaValue
{
    /// <param name="use">Expected use, at least up to <paramref name="startup"/> + 1.</param>
    /// <param name="price">What serving a replica-minute's worth of requests is worth, in replica-minutes.</param>
    /// <param name="startup">Minutes after the next before an ordered replica serves.</param>
    /// <param name="replicas">What there is.</param>
    /// <param name="least">Fewest replicas to want.</param>
    /// <param name="most">Most replicas to want.</param>
    public static int Wanted(ExpectedUse use, double price, int startup, in ReplicaSupply replicas, int least, int most)
    {
        var wanted = least;
        while (wanted < most && Value(use, price, startup, replicas, wanted + 1) > 0) wanted++;
        return wanted;
    }

    /// <summary>What having the <paramref name="replica"/>-th replica is worth more than not having it, in replica-minutes.</summary>
    public static double Value(ExpectedUse use, double price, int startup, in ReplicaSupply replicas, int replica)
    {
        var (sum, best) = (0.0, double.NegativeInfinity);
        for (var ahead = Math.Min(replicas.ServesIn(replica), startup + 1); ahead <= startup + 1; ahead++)
        {
            sum += (price * use[ahead, replica]) - 1;
            best = Math.Max(best, sum);
        }

        return best;
    }
}

/// <summary>The replicas there are, and those on their way.</summary>
/// <param name="Ready">How many serve.</param>
/// <param name="Starting">For each that starts, in how many minutes it serves (1: in the next), the first to serve first.</param>
internal readonly record struct ReplicaSupply(int Ready, IReadOnlyList<int> Starting)
{
    public int Total => Ready + Starting.Count;

    /// <summary>In how many minutes the replica serves if it is wanted; one that is neither here nor on its way: never by itself.</summary>
    public int ServesIn(int replica) =>
        replica <= Ready ? 1 : replica <= Total ? Math.Max(1, Starting[replica - Ready - 1]) : int.MaxValue;
}
