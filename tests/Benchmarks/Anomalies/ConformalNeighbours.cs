namespace Platform.Benchmarks.Anomalies;

/// <summary>
/// The idea of KNN-CAD (Burnaev and Ishimtsev, "Conformalized density- and distance-based anomaly detection in time-series data", 2016), with plain distances: the last 19 values
/// as a point, the sum of the distances to its 27 nearest neighbours among the points of one probation period, and the share of recent points that were closer to theirs. As there, an alarm is followed by a fifth of the probation without another.
/// </summary>
internal sealed class ConformalNeighbours(int probation) : IDetectorUnderTest
{
    private const int Dimensions = 19;
    private const int Neighbours = 27;
    private const double Alarm = 0.9965;
    private const double Silent = 0.5;
    private readonly Queue<double> _recent = new();
    private readonly Queue<double[]> _points = new();
    private readonly Queue<double> _distances = new();
    private int _silent;

    public double Next(DateTimeOffset time, double value)
    {
        _recent.Enqueue(value);
        if (_recent.Count < Dimensions) return 0;
        double[] point = [.. _recent];
        _recent.Dequeue();
        var distance = Distance(point);
        var score = _distances.Count == 0 ? 0 : _distances.Count(past => past < distance) / (_distances.Count + 1.0);
        Keep(_points, point);
        Keep(_distances, distance);
        if (_silent-- > 0) return Silent;
        if (score >= Alarm) _silent = probation / 5;
        return score;
    }

    private double Distance(double[] point)
    {
        Span<double> nearest = stackalloc double[Neighbours];
        nearest.Fill(double.PositiveInfinity);
        foreach (var other in _points)
        {
            var distance = 0.0;
            for (var i = 0; i < Dimensions && distance < nearest[^1]; i++) distance += (point[i] - other[i]) * (point[i] - other[i]);
            if (distance >= nearest[^1]) continue;
            var at = Neighbours - 1;
            for (; at > 0 && nearest[at - 1] > distance; at--) nearest[at] = nearest[at - 1];
            nearest[at] = distance;
        }

        var sum = 0.0;
        foreach (var distance in nearest) sum += double.IsInfinity(distance) ? 0 : Math.Sqrt(distance);
        return sum;
    }

    private void Keep<T>(Queue<T> past, T newest)
    {
        past.Enqueue(newest);
        if (past.Count > Math.Max(probation, Neighbours)) past.Dequeue();
    }
}
