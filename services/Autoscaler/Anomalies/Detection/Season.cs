namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// What is usual at a time of the day, learned on line, and at a time of the week as soon as that has foretold the series better. The week is kept as what an hour
/// of it differs from the same time of any day: little is learned of it a week, so it begins at no difference.
/// A time counts as near as its neighbours, so that a daily jump that comes a quarter of an hour late is not a surprise.
/// </summary>
internal sealed class Season
{
    private const int Slots = 96;
    private const int Hours = 7 * 24;
    private const double Fastest = 0.02;

    /// <summary>The fastest that an hour of the week forgets: twenty weeks.</summary>
    private const double FastestOfWeek = 0.05;

    /// <summary>The first weeks count as if so many had been seen before without a difference.</summary>
    private const double Doubt = 3;

    /// <summary>The week holds if its errors are below this share of the day's.</summary>
    private const double Better = 0.95;

    /// <summary>Observations of an hour of the week, and of a time of the day since, before the week is told.</summary>
    private const int KnownHour = 2;
    private const int KnownOfWeek = 7;

    /// <summary>Times a time of the day was seen before its usual value is told.</summary>
    private const int Known = 30;

    /// <summary>A time seen seldom is taken as varying as much as the series does, as if that had been seen three times: two values that happen to be alike promise nothing.</summary>
    private const double Borrowed = 3;

    private const double Most = 10;
    private readonly float[] _mean = new float[Slots];
    private readonly float[] _deviation = new float[Slots];
    private readonly float[] _deviationOfWeek = new float[Slots];
    private readonly int[] _seen = new int[Slots];
    private readonly int[] _seenOfWeek = new int[Slots];
    private readonly float[] _difference = new float[Hours];
    private readonly ushort[] _seenHour = new ushort[Hours];
    private double _overallMean;
    private double _overallDeviation;
    private double _observed;
    private double _errorOfDay;
    private double _errorOfWeek;
    private double _compared;

    /// <summary>True: the course of the week has foretold the series better than that of the day.</summary>
    public bool HasWeek => _compared > 0 && _errorOfWeek < Better * _errorOfDay;

    /// <summary>Takes in the newest value.</summary>
    /// <returns>How far it lies from what is usual at that time, in deviations usual at that time, at most ten, up or down; not a number: not known.</returns>
    public double Next(double value, DateTimeOffset at)
    {
        var (slot, hour) = (SlotOf(at), HourOf(at));
        var step = Math.Max(1 / ++_observed, 0.001);
        _overallDeviation += step * (Math.Abs(value - _overallMean) - _overallDeviation);
        _overallMean += step * (value - _overallMean);

        var isWeek = KnowsWeek(slot, hour);
        var compared = isWeek ? value - _difference[hour] : value;
        var nearest = Nearest(Nearest(Deviation(compared, slot, isWeek), Deviation(compared, (slot + 1) % Slots, isWeek)), Deviation(compared, (slot + Slots - 1) % Slots, isWeek));
        Learn(value, slot, hour);
        return double.IsFinite(nearest) ? Math.Clamp(nearest, -Most, Most) : double.NaN;
    }

    /// <summary>What is usual at a time; null: not seen often enough.</summary>
    public (double Mean, double Deviation)? Usual(DateTimeOffset at)
    {
        var (slot, hour) = (SlotOf(at), HourOf(at));
        if (_seen[slot] < Known) return null;
        return KnowsWeek(slot, hour) ? (_mean[slot] + _difference[hour], _deviationOfWeek[slot]) : (_mean[slot], _deviation[slot]);
    }

    private static int SlotOf(DateTimeOffset at) => Math.Min((int)(at.TimeOfDay.TotalDays * Slots), Slots - 1);

    private static int HourOf(DateTimeOffset at) => (int)at.DayOfWeek * 24 + at.Hour;

    private static double Nearest(double one, double other) => Math.Abs(other) < Math.Abs(one) ? other : one;

    private bool KnowsWeek(int slot, int hour) => HasWeek && _seenHour[hour] >= KnownHour && _seenOfWeek[slot] >= KnownOfWeek;

    private double Deviation(double value, int slot, bool isWeek)
    {
        if (_seen[slot] < 2) return double.PositiveInfinity;
        var usual = isWeek && _seenOfWeek[slot] >= KnownOfWeek ? _deviationOfWeek[slot] : _deviation[slot];
        var known = (usual * _seen[slot] + Borrowed * _overallDeviation) / (_seen[slot] + Borrowed);
        return (value - _mean[slot]) / (known + 0.1 * _overallDeviation + 1e-9);
    }

    private void Learn(double value, int slot, int hour)
    {
        if (_seen[slot] >= 2) LearnWeek(value - _mean[slot], slot, hour);
        var step = Math.Max(1.0 / ++_seen[slot], Fastest);
        _deviation[slot] += (float)(step * (Math.Abs(value - _mean[slot]) - _deviation[slot]));
        _mean[slot] += (float)(step * (value - _mean[slot]));
    }

    /// <summary>Compares both before the error teaches the week; one great error says little of which is better.</summary>
    private void LearnWeek(double error, int slot, int hour)
    {
        var left = error - _difference[hour];
        if (_seenHour[hour] >= KnownHour)
        {
            var (step, most) = (Math.Max(1 / ++_compared, 0.002), 3 * _overallDeviation);
            _errorOfDay += step * (Math.Min(Math.Abs(error), most) - _errorOfDay);
            _errorOfWeek += step * (Math.Min(Math.Abs(left), most) - _errorOfWeek);
            _deviationOfWeek[slot] += (float)(Math.Max(1.0 / ++_seenOfWeek[slot], Fastest) * (Math.Abs(left) - _deviationOfWeek[slot]));
        }

        if (_seenHour[hour] < ushort.MaxValue) _seenHour[hour]++;
        _difference[hour] += (float)(Math.Max(1 / (_seenHour[hour] + Doubt), FastestOfWeek) * left);
    }
}
