namespace Platform.Autoscaler.Cost;

/// <summary>What an application costs, why, and what would cost less.</summary>
internal sealed record CostReport
{
    public required string Application { get; init; }

    /// <summary>What prices are counted in.</summary>
    public required string Currency { get; init; }

    /// <summary>One replica for an hour, on demand.</summary>
    public required double PerReplicaHour { get; init; }

    /// <summary>What that is made of, in words.</summary>
    public required string Size { get; init; }

    public required SpendNow Now { get; init; }

    public required SpendPast Past { get; init; }

    /// <summary>The next 30 days; null: nothing was measured yet.</summary>
    public SpendForecast? Month { get; init; }

    /// <summary>Null: what the demand needs is not known.</summary>
    public Waste? Waste { get; init; }

    /// <summary>What would cost less, the largest saving first.</summary>
    public IReadOnlyList<Saving> Savings { get; init; } = [];

    /// <summary>Beside a HorizontalPodAutoscaler; null: there is nothing to compare.</summary>
    public Comparison? Comparison { get; init; }

    /// <summary>What these figures do not know, in sentences.</summary>
    public IReadOnlyList<string> NotKnown { get; init; } = [];
}

/// <summary>What runs at this moment.</summary>
/// <param name="Replicas">Replicas.</param>
/// <param name="PerHour">Their price.</param>
internal sealed record SpendNow(int Replicas, double PerHour);

/// <summary>What was measured.</summary>
/// <param name="Since">The first hour of it.</param>
/// <param name="MeasuredHours">Hours that were measured; while the autoscaler was off, nothing was.</param>
/// <param name="ReplicaHours">Replicas × hours that ran.</param>
/// <param name="Spent">Their price, at the prices of now.</param>
/// <param name="SpentLastDay">Of it, in the last 24 hours.</param>
internal sealed record SpendPast(DateTimeOffset? Since, double MeasuredHours, double ReplicaHours, double Spent, double SpentLastDay);

/// <summary>What the next 30 days cost if they are as the past was.</summary>
/// <param name="ReplicaHours">Replicas × hours.</param>
/// <param name="Cost">Their price.</param>
/// <param name="Basis">What it goes by.</param>
internal sealed record SpendForecast(double ReplicaHours, double Cost, string Basis);

/// <summary>What ran and was not needed.</summary>
/// <param name="IdleReplicaHours">Replicas × hours above what the demand of each second needed.</param>
/// <param name="Share">Of all replica-hours, 0 to 1.</param>
/// <param name="ByMinimum">Of the idle ones, those that the minimum asks for.</param>
/// <param name="CostPerMonth">Price of as much in 30 days.</param>
/// <param name="Capacity">What a replica is taken to bear.</param>
internal sealed record Waste(double IdleReplicaHours, double Share, double ByMinimum, double CostPerMonth, string Capacity);

/// <summary>One way to pay less.</summary>
/// <param name="Kind"><c>size</c>, <c>schedule</c>, <c>commitment</c> or <c>spot</c>.</param>
/// <param name="PerMonth">Saved in 30 days if it is the only change; savings do not add up.</param>
/// <param name="What">What to do.</param>
/// <param name="Why">The figures behind it.</param>
internal sealed record Saving(string Kind, double PerMonth, string What, string Why);

/// <summary>Ours beside a HorizontalPodAutoscaler that saw the same demand.</summary>
internal sealed record Comparison
{
    /// <summary>Hours in which both were followed.</summary>
    public required double MeasuredHours { get; init; }

    /// <summary>What a replica is taken to bear: requests beyond it are over capacity, for both.</summary>
    public required string Capacity { get; init; }

    public required double ReplicaHours { get; init; }

    public required double RequestsOverCapacity { get; init; }

    /// <summary>Of all requests, 0 to 1.</summary>
    public required double ShareOverCapacity { get; init; }

    /// <summary>The shadow with the manifest's own targets.</summary>
    public required ShadowResult Hpa { get; init; }

    /// <summary>All shadows, the most generous first.</summary>
    public required IReadOnlyList<ShadowResult> Frontier { get; init; }

    /// <summary>Replica-hours of a HorizontalPodAutoscaler that would let as many requests over capacity as ours, between the shadows.</summary>
    public required double HpaReplicaHoursAtSameLevel { get; init; }

    /// <summary>Whether a shadow was above and one below our level; otherwise the nearest one is taken, and the sentence says so.</summary>
    public required bool IsBracketed { get; init; }

    /// <summary>Price of the replica-hours saved at the same service level so far; negative: ours cost more.</summary>
    public required double Saved { get; init; }

    /// <summary>All of it in one sentence.</summary>
    public required string Sentence { get; init; }
}

/// <summary>What a shadow came to.</summary>
/// <param name="Factor">Its targets ÷ the manifest's.</param>
/// <param name="ReplicaHours">Replicas × hours.</param>
/// <param name="RequestsOverCapacity">Requests beyond the capacity of its ready replicas.</param>
/// <param name="ShareOverCapacity">Of all requests.</param>
internal sealed record ShadowResult(double Factor, double ReplicaHours, double RequestsOverCapacity, double ShareOverCapacity);
