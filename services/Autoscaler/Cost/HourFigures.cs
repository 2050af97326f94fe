namespace Platform.Autoscaler.Cost;

/// <summary>An hour of an application, added up from its seconds. Replicas × seconds unless it says otherwise.</summary>
internal sealed record HourFigures
{
    /// <summary>When the hour begins.</summary>
    public DateTimeOffset Hour { get; init; }

    /// <summary>Seconds of it that were measured; the others count nowhere.</summary>
    public double Seconds { get; init; }

    /// <summary>Replicas that ran: what is paid for.</summary>
    public double Running { get; init; }

    /// <summary>Replicas that scaling wanted: what is compared with the shadows. A rollout's second set is not scaling's doing.</summary>
    public double Wanted { get; init; }

    /// <summary>Replicas that the demand of each second needed.</summary>
    public double Needed { get; init; }

    /// <summary>Seconds in which the need was known.</summary>
    public double NeedKnown { get; init; }

    /// <summary>Replicas that ran in the seconds in which the need was known.</summary>
    public double RunningThen { get; init; }

    /// <summary>Replicas above the need that the minimum asked for.</summary>
    public double IdleByMinimum { get; init; }

    /// <summary>The most replicas needed in any second.</summary>
    public double MostNeeded { get; init; }

    /// <summary>Cores × seconds used.</summary>
    public double UsedCores { get; init; }

    /// <summary>Bytes × seconds used.</summary>
    public double UsedBytes { get; init; }

    /// <summary>Requests.</summary>
    public double Requests { get; init; }

    /// <summary>Requests beyond what the ready replicas had capacity for.</summary>
    public double OverCapacity { get; init; }

    /// <summary>Seconds that the shadows were stepped with, and what ran and was asked in them.</summary>
    public Compared Compared { get; init; }

    /// <summary>The shadows, in the order of their factors.</summary>
    public IReadOnlyList<ShadowFigures> Shadows { get; init; } = [];
}

/// <summary>What was ours in the seconds in which the shadows ran too.</summary>
/// <param name="Seconds">So many.</param>
/// <param name="Wanted">Replicas × seconds.</param>
/// <param name="Requests">Requests.</param>
/// <param name="OverCapacity">Requests beyond capacity.</param>
internal readonly record struct Compared(double Seconds, double Wanted, double Requests, double OverCapacity)
{
    public static Compared operator +(Compared a, Compared b) => new(a.Seconds + b.Seconds, a.Wanted + b.Wanted, a.Requests + b.Requests, a.OverCapacity + b.OverCapacity);
}

/// <summary>What one shadow came to.</summary>
/// <param name="Factor">Its targets ÷ the manifest's.</param>
/// <param name="Wanted">Replicas × seconds.</param>
/// <param name="OverCapacity">Requests beyond the capacity of its ready replicas.</param>
internal readonly record struct ShadowFigures(double Factor, double Wanted, double OverCapacity);
