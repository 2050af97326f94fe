namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>The few settings of a detector; the same for every series.</summary>
internal sealed record AnomalyDetectorOptions
{
    /// <summary>Observations before the first score; the longest windows have this length and the refractory period a fifth of it. 40 to 10,000.</summary>
    public int WarmUp { get; init; } = 720;

    /// <summary>Score from which an observation is an alarm, in (0, 1): as rare as one in 143.</summary>
    public double AlarmScore { get; init; } = 0.993;

    /// <summary>Observations after which one counts for 1/e of a new one in the tail probabilities.</summary>
    public double Memory { get; init; } = 6000;
}
