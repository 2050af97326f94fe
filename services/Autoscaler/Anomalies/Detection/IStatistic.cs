namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>One way of being unusual: a number per observation, the larger the more unusual, in any unit.</summary>
internal interface IStatistic
{
    /// <summary>Takes in the newest value; it is already the last of <paramref name="past"/>.</summary>
    /// <returns>0 or more; 0 as long as nothing can be said.</returns>
    double Next(ValueWindow past, DateTimeOffset at);
}
