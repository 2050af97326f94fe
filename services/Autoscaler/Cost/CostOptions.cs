using Platform.Hosting;

namespace Platform.Autoscaler.Cost;

/// <summary>What replicas cost. Section <c>Cost</c>. Prices have no currency: whatever is put in comes out.</summary>
public sealed class CostOptions : IValidatable
{
    /// <summary>What prices are counted in, for people to read: <c>EUR</c>, <c>credits</c>. Default <c>units</c>.</summary>
    public string Currency { get; set; } = "units";

    /// <summary>A reserved core for an hour, on demand. 0 to 1,000; default 0.04, about what clouds ask in dollars.</summary>
    public double CpuHour { get; set; } = 0.04;

    /// <summary>A reserved GiB of memory for an hour, on demand. 0 to 1,000; default 0.005.</summary>
    public double MemoryGibHour { get; set; } = 0.005;

    /// <summary>A replica for an hour whatever its size, such as a licence. 0 to 1,000; default 0.</summary>
    public double ReplicaHour { get; set; }

    /// <summary>Price of what is committed to for long, used or not, as a share of the price on demand. 0 to 1; default 0.6.</summary>
    public double ReservedShare { get; set; } = 0.6;

    /// <summary>Price of what may be taken away at any time, as a share of the price on demand. 0 to 1; default 0.35.</summary>
    public double SpotShare { get; set; } = 0.35;

    /// <summary>Cores that a replica is counted as when its manifest reserves none. 0 to 1,024; default 1.</summary>
    public double AssumedCpu { get; set; } = 1;

    /// <summary>GiB of memory that a replica is counted as when its manifest reserves none. 0 to 65,536; default 1.</summary>
    public double AssumedMemoryGib { get; set; } = 1;

    /// <summary>Less measured time than this gives no recommendation of a size. 1 min to 30 d; default 24 h, for a day has busy hours.</summary>
    public TimeSpan LeastHistory { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often an application's forecast, need and cost are published for those who draw them; with many applications less often (at most 20 a second in all). 1 s to 1 h; default 3 s.</summary>
    public TimeSpan PictureEvery { get; set; } = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (string.IsNullOrWhiteSpace(Currency) || Currency.Length > 20) yield return new ConfigurationProblem(nameof(Currency), "1 to 20 characters", $"'{Currency}'");
        foreach (var (name, value, most) in ((string, double, double)[])
        [
            (nameof(CpuHour), CpuHour, 1_000), (nameof(MemoryGibHour), MemoryGibHour, 1_000), (nameof(ReplicaHour), ReplicaHour, 1_000),
            (nameof(ReservedShare), ReservedShare, 1), (nameof(SpotShare), SpotShare, 1), (nameof(AssumedCpu), AssumedCpu, 1_024), (nameof(AssumedMemoryGib), AssumedMemoryGib, 65_536),
        ])
        {
            if (!(value >= 0 && value <= most)) yield return new ConfigurationProblem(name, $"0 to {most}", $"{value}");
        }

        if (LeastHistory < TimeSpan.FromMinutes(1) || LeastHistory > TimeSpan.FromDays(30)) yield return new ConfigurationProblem(nameof(LeastHistory), "1m to 30d", $"{LeastHistory}");
        if (PictureEvery < TimeSpan.FromSeconds(1) || PictureEvery > TimeSpan.FromHours(1)) yield return new ConfigurationProblem(nameof(PictureEvery), "1s to 1h", $"{PictureEvery}");
    }

    /// <summary>The same for the pure parts.</summary>
    internal Prices Prices() => new()
    {
        Currency = Currency,
        CpuHour = CpuHour,
        MemoryGibHour = MemoryGibHour,
        ReplicaHour = ReplicaHour,
        ReservedShare = ReservedShare,
        SpotShare = SpotShare,
        AssumedCpu = AssumedCpu,
        AssumedMemoryGib = AssumedMemoryGib,
    };
}
