namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// How far the newest values lie from what is usual at their time of day, in deviations usual at that time. A time counts as near as its
/// neighbours, so that a daily jump that comes a quarter of an hour late is not a surprise; deviations up and down cancel out, so that noise does not add up.
/// </summary>
/// <param name="recent">Over about how many values the deviation is averaged.</param>
internal sealed class SeasonalResidual(int recent) : IStatistic
{
    private const int Slots = 96;
    private const double Fastest = 0.02;
    private const double Most = 10;

    /// <summary>Times a time of the day was seen before its usual value is told.</summary>
    private const int Known = 30;

    private readonly float[] _mean = new float[Slots];
    private readonly float[] _deviation = new float[Slots];
    private readonly int[] _seen = new int[Slots];
    private double _overallMean;
    private double _overallDeviation;
    private double _observed;
    private double _averaged;

    public double Next(ValueWindow past, DateTimeOffset at)
    {
        var value = past[0];
        var slot = Math.Min((int)(at.TimeOfDay.TotalDays * Slots), Slots - 1);
        var step = Math.Max(1 / ++_observed, 0.001);
        _overallDeviation += step * (Math.Abs(value - _overallMean) - _overallDeviation);
        _overallMean += step * (value - _overallMean);

        var nearest = Nearest(Nearest(Deviation(value, slot), Deviation(value, (slot + 1) % Slots)), Deviation(value, (slot + Slots - 1) % Slots));
        var isKnown = double.IsFinite(nearest);
        if (isKnown) _averaged += (Math.Clamp(nearest, -Most, Most) - _averaged) / recent;
        Learn(value, slot);
        return isKnown ? Math.Abs(_averaged) : 0;
    }

    /// <summary>What is usual at a time of day; null: not seen often enough.</summary>
    public (double Mean, double Deviation)? Usual(DateTimeOffset at)
    {
        var slot = Math.Min((int)(at.TimeOfDay.TotalDays * Slots), Slots - 1);
        return _seen[slot] < Known ? null : (_mean[slot], _deviation[slot]);
    }

    private double Deviation(double value, int slot) => _seen[slot] < 2
        ? double.PositiveInfinity
        : (value - _mean[slot]) / (_deviation[slot] + 0.1 * _overallDeviation + 1e-9);

    private static double Nearest(double one, double other) => Math.Abs(other) < Math.Abs(one) ? other : one;

    private void Learn(double value, int slot)
    {
        var step = Math.Max(1.0 / ++_seen[slot], Fastest);
        _deviation[slot] += (float)(step * (Math.Abs(value - _mean[slot]) - _deviation[slot]));
        _mean[slot] += (float)(step * (value - _mean[slot]));
    }
}
