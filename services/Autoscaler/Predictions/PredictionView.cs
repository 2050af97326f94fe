namespace Platform.Autoscaler.Predictions;

/// <summary>What a metric is forecast to be. Counts are per second, latency is the 95th percentile in seconds, cpu in cores, memory in bytes.</summary>
internal sealed record PredictionView
{
    public required string Application { get; init; }

    public required string Metric { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The time between two steps.</summary>
    public required TimeSpan Step { get; init; }

    /// <summary>How many minutes it was made from.</summary>
    public required int KnownMinutes { get; init; }

    /// <summary>What was measured, the untypical too, oldest first.</summary>
    public required IReadOnlyList<PredictionPoint> Measured { get; init; }

    /// <summary>The quantiles of each step ahead; empty: nothing was measured yet.</summary>
    public required IReadOnlyList<PredictionStep> Forecast { get; init; }

    /// <summary>The models that carried it, the heaviest first.</summary>
    public required IReadOnlyList<PredictionModel> Models { get; init; }

    /// <summary>What was left out of it because it is known to be untypical, the newest first.</summary>
    public required IReadOnlyList<PredictionGap> LeftOut { get; init; }
}

/// <summary>What was measured.</summary>
/// <param name="At">When the step begins.</param>
/// <param name="Value">Its mean.</param>
internal readonly record struct PredictionPoint(DateTimeOffset At, double Value);

/// <summary>A step ahead: the value is below <c>pNN</c> with a probability of NN %.</summary>
internal sealed record PredictionStep
{
    /// <summary>When it begins.</summary>
    public required DateTimeOffset At { get; init; }

    public required double P05 { get; init; }

    public required double P25 { get; init; }

    public required double P50 { get; init; }

    public required double P75 { get; init; }

    public required double P95 { get; init; }

    public required double P99 { get; init; }
}

/// <summary>A model's part.</summary>
/// <param name="Name">The model.</param>
/// <param name="Weight">Its share of the forecast, 0 to 1.</param>
/// <param name="RecentError">Its error lately, in units of the error of repeating the last value; null: too short to say.</param>
internal sealed record PredictionModel(string Name, double Weight, double? RecentError);

/// <summary>A stretch of time that was left out.</summary>
internal sealed record PredictionGap(DateTimeOffset From, DateTimeOffset To, string Cause);
