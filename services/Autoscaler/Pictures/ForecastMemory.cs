using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Pictures;

/// <summary>
/// What was forecast for the times that have passed, as it was when they were furthest ahead, followed by the newest forecast: so that a picture
/// shows how right forecasts have been, not how right they were made afterwards. Bounded; for one thread.
/// </summary>
internal sealed class ForecastMemory
{
    /// <summary>Points of the past.</summary>
    public const int MostPast = 90;

    private readonly SortedDictionary<DateTimeOffset, ForecastPoint> _first = [];
    private IReadOnlyList<ForecastPoint> _newest = [];

    /// <summary>Takes a forecast.</summary>
    /// <param name="points">Its points, oldest first.</param>
    public void Take(IReadOnlyList<ForecastPoint> points)
    {
        if (points.Count == 0 || (_newest.Count > 0 && points[0].At == _newest[0].At)) return;

        // A time is first forecast as the last of a forecast's points; the first forecast's other points stand in until there is better.
        foreach (var point in points) _first.TryAdd(point.At, point);
        _newest = points;
        while (_first.Count > MostPast + points.Count) _first.Remove(_first.First().Key);
    }

    /// <summary>Past and future, oldest first.</summary>
    /// <param name="longest">Of the past no more than this.</param>
    public IReadOnlyList<ForecastPoint> Points(TimeSpan longest)
    {
        if (_newest.Count == 0) return [];
        var now = _newest[0].At;
        return [.. _first.Values.Where(point => point.At < now && point.At >= now - longest), .. _newest];
    }

    /// <summary>Forgets all: what was forecast before a pause says nothing of now.</summary>
    public void Clear()
    {
        _first.Clear();
        _newest = [];
    }
}
