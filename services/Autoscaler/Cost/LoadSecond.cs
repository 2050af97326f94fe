using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Cost;

/// <summary>A second of one application.</summary>
internal readonly record struct LoadSecond
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Requests that ended in it.</summary>
    public required double Requests { get; init; }

    /// <summary>Cores used by all replicas; not a number: not measured.</summary>
    public double Cores { get; init; }

    /// <summary>Bytes used by all replicas; not a number: not measured.</summary>
    public double Bytes { get; init; }

    /// <summary>Replicas that ran, ready or not.</summary>
    public required int Running { get; init; }

    /// <summary>Replicas that scaling wants.</summary>
    public required int Wanted { get; init; }

    /// <summary>Replicas that served.</summary>
    public required int Ready { get; init; }
}

/// <summary>How much one replica can take.</summary>
/// <param name="RequestsPerSecond">Requests; null: not known.</param>
/// <param name="Cores">Cores, where requests say nothing; null: not known.</param>
/// <param name="Source">How that is known, in words.</param>
internal sealed record CapacityBasis(double? RequestsPerSecond, double? Cores, string Source)
{
    public static CapacityBasis Unknown { get; } = new(null, null, "not known: the manifest gives no target of requestsPerSecond and reserves no cores");

    public bool IsKnown => RequestsPerSecond is not null || Cores is not null;

    /// <summary>What the manifest says: the target of requests per replica, else the cores that a replica reserves.</summary>
    public static CapacityBasis Of(ScalingSettings settings)
    {
        var target = settings.Metrics.FirstOrDefault(metric => metric.Name == MetricNames.RequestsPerSecond)?.Target;
        if (target is > 0) return new CapacityBasis(target, null, "the manifest's target of requests per second and replica");
        return settings.CpuCores is > 0 ? new CapacityBasis(null, settings.CpuCores, "the cores that a replica reserves") : Unknown;
    }

    /// <summary>The demand of a second in replicas, not rounded; not a number: not known.</summary>
    public double Demand(in LoadSecond second) => RequestsPerSecond is { } requests ? second.Requests / requests : Cores is { } cores ? second.Cores / cores : double.NaN;

    /// <summary>Requests of a second beyond what so many ready replicas can take.</summary>
    public double Over(in LoadSecond second, int ready)
    {
        var demand = Demand(second);
        return double.IsFinite(demand) && demand > ready ? second.Requests * (1 - (ready / demand)) : 0;
    }
}
