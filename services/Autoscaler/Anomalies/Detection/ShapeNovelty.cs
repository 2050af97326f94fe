using System.Runtime.Intrinsics;

namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// How little the newest stretch of the series resembles any stretch before: the distance to the nearest of the remembered ones
/// (Keogh et al., "HOT SAX: efficiently finding the most unusual time series subsequence", ICDM 2005, made streaming: the discord distance to the past).
/// </summary>
/// <param name="step">How many values are averaged into one of the eight points of a stretch.</param>
/// <param name="remembered">How many stretches are remembered; 32 bytes each.</param>
internal sealed class ShapeNovelty(int step, int remembered) : IStatistic
{
    private readonly Vector256<float>[] _stretches = new Vector256<float>[remembered];
    private readonly float[] _newest = new float[Vector256<float>.Count];
    private int _points;
    private int _kept;
    private int _next;
    private int _gathered;
    private double _sum;
    private double _last;

    public double Next(ValueWindow past, DateTimeOffset at)
    {
        _sum += past[0];
        if (++_gathered < step) return _last;
        Array.Copy(_newest, 1, _newest, 0, _newest.Length - 1);
        _newest[^1] = (float)(_sum / step);
        (_sum, _gathered) = (0, 0);
        if (++_points < _newest.Length) return 0;

        var stretch = Vector256.Create(_newest);
        var nearest = float.PositiveInfinity;
        foreach (var known in _stretches.AsSpan(0, _kept))
        {
            var difference = known - stretch;
            nearest = Math.Min(nearest, Vector256.Dot(difference, difference));
        }

        _last = _kept == 0 ? 0 : Math.Min(Math.Sqrt(nearest), float.MaxValue);
        _stretches[_next] = stretch;
        _next = (_next + 1) % remembered;
        if (_kept < remembered) _kept++;
        return _last;
    }
}
