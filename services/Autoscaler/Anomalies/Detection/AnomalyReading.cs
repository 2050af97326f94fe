namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>What a detector says of one observation.</summary>
/// <param name="Score">0 to 1: one minus the tail probability; 0.99 means as rare as one in a hundred in the series' own past. 0 within the refractory period and the warm-up.</param>
/// <param name="RawScore">The score without regard to the refractory period.</param>
/// <param name="Alarm">An event begins, or becomes clearly worse.</param>
/// <param name="Kind">In which way it is most unusual.</param>
internal readonly record struct AnomalyReading(double Score, double RawScore, bool Alarm, AnomalyKind Kind);

/// <summary>Ways of being unusual.</summary>
internal enum AnomalyKind
{
    /// <summary>Unlike what is usual at this time of day.</summary>
    Season,

    /// <summary>The level moved.</summary>
    Level,

    /// <summary>The course resembles nothing before.</summary>
    Shape,

    /// <summary>It varies more than usual.</summary>
    Spread,
}
