using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests;

/// <summary>A number of replicas, or a share of the wanted ones (<c>maxSurge: 25%</c>, <c>maxSurge: 2</c>).</summary>
public readonly record struct ReplicaShare
{
    private ReplicaShare(int? replicas, double? percent) => (Replicas, Share) = (replicas, percent);

    /// <summary>The number, if it is one.</summary>
    public int? Replicas { get; }

    /// <summary>The share in [0, 1], if it is one.</summary>
    public double? Share { get; }

    /// <summary>A number of replicas, 0 or more.</summary>
    public static ReplicaShare OfReplicas(int replicas) => new(replicas, null);

    /// <summary>A share of the wanted replicas, in [0, 1].</summary>
    public static ReplicaShare OfPercent(double share) => new(null, share);

    /// <summary>The replicas it means when <paramref name="wanted"/> are wanted, fractions rounded up (as Kubernetes does for surge).</summary>
    public int RoundedUp(int wanted) => Replicas ?? (int)Math.Ceiling(wanted * (Share ?? 0) - 1e-9);

    /// <summary>The replicas it means when <paramref name="wanted"/> are wanted, fractions cut off (as Kubernetes does for unavailable).</summary>
    public int RoundedDown(int wanted) => Replicas ?? (int)Math.Floor(wanted * (Share ?? 0) + 1e-9);

    /// <summary>As a manifest writes it.</summary>
    public override string ToString() => Replicas?.ToString() ?? Percentage.Format(Share ?? 0);
}
