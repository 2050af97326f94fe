namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// How far the newest values lie from what is usual at their time, in deviations usual at that time.
/// Deviations up and down cancel out, so that noise does not add up.
/// </summary>
/// <param name="deviation">Of the newest value; not a number: not known. One model of the season serves all who average it.</param>
/// <param name="recent">Over about how many values it is averaged.</param>
internal sealed class SeasonalResidual(Func<double> deviation, int recent) : IStatistic
{
    private double _averaged;

    public double Next(ValueWindow past, DateTimeOffset at)
    {
        var newest = deviation();
        if (double.IsNaN(newest)) return 0;
        _averaged += (newest - _averaged) / recent;
        return Math.Abs(_averaged);
    }
}
