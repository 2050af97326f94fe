namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>How far the mean of the newest values lies from the mean of those before them. In the series' unit: its own past tells what is far.</summary>
/// <param name="recent">How many are new.</param>
/// <param name="before">How many before them they are compared with.</param>
internal sealed class LevelShift(int recent, int before) : IStatistic
{
    private double _recent;
    private double _before;
    private int _sinceSummed;

    public double Next(ValueWindow past, DateTimeOffset at)
    {
        // Running sums gather rounding errors: once per window they are made anew.
        if (past.Count <= recent + before || ++_sinceSummed >= recent + before) Sum(past);
        else
        {
            _recent += past[0] - past[recent];
            _before += past[recent] - past[recent + before];
        }

        return past.Count < recent + before ? 0 : Math.Abs(_recent / recent - _before / before);
    }

    private void Sum(ValueWindow past)
    {
        (_recent, _before, _sinceSummed) = (0, 0, 0);
        for (var ago = 0; ago < Math.Min(past.Count, recent + before); ago++)
        {
            if (ago < recent) _recent += past[ago];
            else _before += past[ago];
        }
    }
}
