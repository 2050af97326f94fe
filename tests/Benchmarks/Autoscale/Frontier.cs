namespace Platform.Benchmarks.Autoscale;

/// <summary>What a policy costs at each share of violations that its parameter reaches.</summary>
internal sealed class Frontier(IEnumerable<ScalingScore> scores)
{
    private readonly ScalingScore[] _points = [.. scores.OrderBy(score => score.Violations).ThenByDescending(score => score.Cost)];

    /// <summary>The cost at these violations, between neighbouring points in a straight line; NaN: it never has so few.</summary>
    public double CostAt(double violations)
    {
        var after = Array.FindIndex(_points, point => point.Violations > violations);
        if (after == 0) return double.NaN;
        if (after < 0) return _points[^1].Cost;
        var (left, right) = (_points[after - 1], _points[after]);
        return left.Cost + ((violations - left.Violations) / (right.Violations - left.Violations) * (right.Cost - left.Cost));
    }
}
