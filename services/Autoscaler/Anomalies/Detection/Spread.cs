namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>The distance between the largest and the smallest of the newest values.</summary>
/// <param name="recent">How many values.</param>
internal sealed class Spread(int recent) : IStatistic
{
    public double Next(ValueWindow past, DateTimeOffset at)
    {
        if (past.Count < recent) return 0;
        var (low, high) = (past[0], past[0]);
        for (var ago = 1; ago < recent; ago++)
        {
            var value = past[ago];
            if (value < low) low = value;
            else if (value > high) high = value;
        }

        return high - low;
    }
}
