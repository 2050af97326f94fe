namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>A predictive decision with the numbers that led to it.</summary>
internal sealed record PredictiveDecision
{
    /// <summary>Replicas to want, those that start included.</summary>
    public required int Wanted { get; init; }

    /// <summary>Replicas wanted before.</summary>
    public required int Current { get; init; }

    /// <summary>The minute ahead that the decision turns on: when a replica ordered now would serve.</summary>
    public required int MinutesAhead { get; init; }

    /// <summary>Median of the demand then.</summary>
    public required double Forecast { get; init; }

    /// <summary>The quantile of the demand then that is planned for: the one that the price stands for, or what a steady reserve meets.</summary>
    public required double Quantile { get; init; }

    /// <summary>Its level, in (0, 1).</summary>
    public required double QuantileLevel { get; init; }

    public required double Capacity { get; init; }

    public required TimeSpan Startup { get; init; }

    /// <summary>The share of requests to be served within capacity.</summary>
    public required double ServiceLevel { get; init; }

    /// <summary>What serving a replica-minute's worth of requests is taken to be worth, in replica-minutes: learned from the service level.</summary>
    public required double Price { get; init; }

    /// <summary>Replicas wanted in vain if the demand is as the median says, each for a minute.</summary>
    public required double CostIfTooMany { get; init; }

    /// <summary>Share of the requests expected beyond the capacity if one replica fewer were wanted, in [0, 1].</summary>
    public required double LossIfOneFewer { get; init; }

    /// <summary>Probability that the wanted replicas are enough at <see cref="MinutesAhead"/>.</summary>
    public required double Confidence { get; init; }

    /// <summary>Demand is outside what was predicted of it, and the trend of the last minutes decides.</summary>
    public required bool TrendTookOver { get; init; }

    /// <summary>The steady reserve that decided; null: the price did.</summary>
    public ReservePlan? Reserve { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }
}
