namespace Platform.Autoscaler.Cost;

/// <summary>What replicas cost, without a currency.</summary>
internal sealed record Prices
{
    private const double Gib = 1024.0 * 1024 * 1024;

    /// <summary>The name of what prices are counted in.</summary>
    public string Currency { get; init; } = "units";

    /// <summary>A core for an hour, on demand.</summary>
    public double CpuHour { get; init; } = 0.04;

    /// <summary>A GiB of memory for an hour, on demand.</summary>
    public double MemoryGibHour { get; init; } = 0.005;

    /// <summary>A replica for an hour whatever its size.</summary>
    public double ReplicaHour { get; init; }

    /// <summary>Of the price on demand, for what is committed to.</summary>
    public double ReservedShare { get; init; } = 0.6;

    /// <summary>Of the price on demand, for what may be taken away at any time.</summary>
    public double SpotShare { get; init; } = 0.35;

    /// <summary>Cores of a replica that reserves none.</summary>
    public double AssumedCpu { get; init; } = 1;

    /// <summary>GiB of a replica that reserves none.</summary>
    public double AssumedMemoryGib { get; init; } = 1;

    /// <summary>A replica for an hour, on demand.</summary>
    /// <param name="cores">Cores it reserves; null: none.</param>
    /// <param name="bytes">Bytes it reserves; null: none.</param>
    public double PerReplicaHour(double? cores, double? bytes) =>
        ReplicaHour + ((cores ?? AssumedCpu) * CpuHour) + ((bytes / Gib ?? AssumedMemoryGib) * MemoryGibHour);
}
