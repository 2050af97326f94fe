using System.Runtime.CompilerServices;

namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>The recursion of <see cref="ExponentialSmoothing"/> and where it starts: the profiles of the first seasons.</summary>
internal sealed class SmoothingState
{
    private const double Diverged = 1e300;

    private readonly double[] _values;
    private readonly bool[] _known;
    private readonly bool _absolute;
    private readonly int _warmUp;
    private readonly double _scale;
    private readonly double _level;
    private readonly double[] _firstShort;
    private readonly double[] _firstLong;
    private readonly double[] _short;
    private readonly double[] _long;

    public SmoothingState(PreparedSeries history, int shortSeason, int longSeason, bool absolute)
    {
        (_values, _known, _absolute) = (history.Values, history.Known, absolute);
        _warmUp = Math.Max(shortSeason, longSeason);
        (_short, _long) = (new double[Math.Max(1, shortSeason)], new double[Math.Max(1, longSeason)]);
        var learned = _values.AsSpan(0, Math.Min(_values.Length, longSeason > 0 ? 2 * longSeason : Math.Max(1, 4 * shortSeason)));
        var mean = 0.0;
        foreach (var value in learned) mean += value / learned.Length;
        var rest = learned.ToArray();
        for (var t = 0; t < rest.Length; t++) rest[t] -= mean;
        _firstShort = Profile(rest, shortSeason);
        _firstLong = Profile(rest, longSeason);
        var first = Math.Max(1, Math.Min(Math.Max(1, shortSeason), learned.Length));
        for (var t = 0; t < first; t++) _level += (mean + rest[t]) / first;
        for (var t = 1; t < _values.Length; t++) _scale += Math.Abs(_values[t] - _values[t - 1]);
        _scale = Math.Max(_scale / _values.Length, double.Epsilon);
    }

    /// <summary>The summed one-step errors, squared or absolute, in units of the mean step of the series.</summary>
    public double Errors(in SmoothingConstants constants) => Pass(constants, [], []);

    /// <summary>Continues from every origin.</summary>
    public void Run(in SmoothingConstants constants, ReadOnlySpan<int> origins, double[][] paths) => Pass(constants, origins, paths);

    // Run from the first call on as fast as it ever gets: a new process forecasts at once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Pass(in SmoothingConstants c, ReadOnlySpan<int> origins, double[][] paths)
    {
        _firstShort.CopyTo(_short, 0);
        _firstLong.CopyTo(_long, 0);
        var (level, trend, before, errors) = (_level, 0.0, 0.0, 0.0);
        var (s, l, next) = (0, 0, 0);
        for (var t = 0; t <= _values.Length; t++)
        {
            for (; next < origins.Length && origins[next] == t; next++) Continue(c, level, trend, before, s, l, paths[next]);
            if (t == _values.Length) break;

            if (_known[t])
            {
                var u = _values[t] - level - (c.Damping * trend) - _short[s] - _long[l];
                var error = (u - (c.Autoregression * before)) / _scale;
                if (t >= _warmUp) errors += _absolute ? Math.Abs(error) : error * error;
                level += (c.Damping * trend) + (c.Alpha * u);
                trend = (c.Damping * trend) + (c.Beta * u);
                _short[s] += c.Gamma * u;
                _long[l] += c.Omega * u;
                before = u;
            }
            else
            {
                level += c.Damping * trend;
                trend *= c.Damping;
                before *= c.Autoregression;
            }

            if (!(Math.Abs(level) < Diverged)) return Diverged;
            if (++s >= _short.Length) s = 0;
            if (++l >= _long.Length) l = 0;
        }

        return double.IsFinite(errors) ? errors : Diverged;
    }

    private void Continue(in SmoothingConstants c, double level, double trend, double before, int s, int l, double[] path)
    {
        var (slope, error) = (trend, before);
        for (var h = 0; h < path.Length; h++)
        {
            slope *= c.Damping;
            level += slope;
            error *= c.Autoregression;
            path[h] = level + _short[s] + _long[l] + error;
            if (++s >= _short.Length) s = 0;
            if (++l >= _long.Length) l = 0;
        }
    }

    /// <summary>The mean of each phase, taken out of the rest; a single zero where there is no season.</summary>
    private static double[] Profile(double[] rest, int season)
    {
        if (season == 0) return [0];
        var (profile, counts) = (new double[season], new int[season]);
        for (var t = 0; t < rest.Length; t++)
        {
            profile[t % season] += rest[t];
            counts[t % season]++;
        }

        for (var i = 0; i < season; i++) profile[i] /= Math.Max(1, counts[i]);
        for (var t = 0; t < rest.Length; t++) rest[t] -= profile[t % season];
        return profile;
    }
}
