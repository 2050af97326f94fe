using Platform.Gateway.Replicas;

namespace Platform.Gateway.Balancing;

/// <summary>Chooses a replica. Allocates nothing.</summary>
internal static class ReplicaChoice
{
    /// <summary>
    /// A replica that was not tried yet: among the ready ones by the given way, otherwise any, because a replica that looks unhealthy
    /// is better than none. Null: all were tried. O(replicas).
    /// </summary>
    /// <param name="way">How to choose.</param>
    /// <param name="replicas">The replicas.</param>
    /// <param name="tried">Those that failed this request already.</param>
    /// <param name="now">A timestamp of the gateway's clock.</param>
    /// <param name="turn">Grows by one with each choice among these replicas: rotates, breaks ties, seeds.</param>
    public static Replica? Choose(LoadBalancing way, Replica[] replicas, List<Replica> tried, long now, uint turn) =>
        Choose(way, replicas, tried, now, turn, readyOnly: true) ?? Choose(way, replicas, tried, now, turn, readyOnly: false);

    /// <summary>As <c>Choose</c>, but null if no replica is ready.</summary>
    public static Replica? ChooseReady(LoadBalancing way, Replica[] replicas, List<Replica> tried, long now, uint turn) =>
        Choose(way, replicas, tried, now, turn, readyOnly: true);

    private static Replica? Choose(LoadBalancing way, Replica[] replicas, List<Replica> tried, long now, uint turn, bool readyOnly)
    {
        if (replicas.Length == 0) return null;
        switch (way)
        {
            case LoadBalancing.RoundRobin:
                return FirstFrom(turn % (uint)replicas.Length, replicas, tried, now, readyOnly);
            case LoadBalancing.PowerOfTwoChoices when replicas.Length > 2:
                var random = Mix(turn);
                var first = FirstFrom((uint)random % (uint)replicas.Length, replicas, tried, now, readyOnly);
                var second = FirstFrom((uint)(random >> 32) % (uint)replicas.Length, replicas, tried, now, readyOnly);
                return first is null || second!.InFlight >= first.InFlight ? first : second;
            default:
                return LeastBusyFrom(turn % (uint)replicas.Length, replicas, tried, now, readyOnly);
        }
    }

    private static Replica? FirstFrom(uint start, Replica[] replicas, List<Replica> tried, long now, bool readyOnly)
    {
        for (uint i = 0; i < replicas.Length; i++)
        {
            var replica = replicas[(start + i) % (uint)replicas.Length];
            if (MayChoose(replica, tried, now, readyOnly)) return replica;
        }

        return null;
    }

    /// <summary>Starting at a different place each time lets equally busy replicas take turns.</summary>
    private static Replica? LeastBusyFrom(uint start, Replica[] replicas, List<Replica> tried, long now, bool readyOnly)
    {
        Replica? best = null;
        var least = int.MaxValue;
        for (uint i = 0; i < replicas.Length; i++)
        {
            var replica = replicas[(start + i) % (uint)replicas.Length];
            var inFlight = replica.InFlight;
            if (inFlight >= least || !MayChoose(replica, tried, now, readyOnly)) continue;
            best = replica;
            least = inFlight;
            if (least <= 0) break;
        }

        return best;
    }

    private static bool MayChoose(Replica replica, List<Replica> tried, long now, bool readyOnly) =>
        (!readyOnly || replica.Health.IsReady(now)) && (tried.Count == 0 || !tried.Contains(replica));

    /// <summary>SplitMix64's finaliser (Steele, Lea, Flood 2014): turns a counter into independent bits.</summary>
    private static ulong Mix(uint turn)
    {
        var z = (turn + 1UL) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
