namespace Platform.Benchmarks.Anomalies;

/// <summary>
/// NAB's windowed Gaussian: one minus the tail probability of the value under a normal distribution fitted to the last 6,400 values, in steps
/// of 100. Its figures are known, so it checks the scorer.
/// </summary>
internal sealed class WindowedGaussian : IDetectorUnderTest
{
    private const int Window = 6400;
    private const int Step = 100;
    private readonly List<double> _window = [];
    private readonly List<double> _step = [];
    private double _mean;
    private double _deviation = 1;

    public double Next(DateTimeOffset time, double value)
    {
        var score = _window.Count == 0 ? 0 : 1 - UpperTail(Math.Abs(value - _mean) / _deviation);
        if (_window.Count < Window)
        {
            _window.Add(value);
            Fit();
        }
        else
        {
            _step.Add(value);
            if (_step.Count == Step)
            {
                _window.RemoveRange(0, Step);
                _window.AddRange(_step);
                _step.Clear();
                Fit();
            }
        }

        return score;
    }

    /// <summary>The standard normal distribution's mass above z ≥ 0, to 1e-15: a series near the middle, Lentz's continued fraction in the tail.</summary>
    internal static double UpperTail(double z)
    {
        if (z > 38) return 0;
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z < 3)
        {
            var (sum, term) = (z, z);
            for (var k = 3; term > 1e-17 * sum; k += 2) sum += term *= z * z / k;
            return 0.5 - density * sum;
        }

        var fraction = z;
        for (var k = 200; k > 0; k--) fraction = z + k / fraction;
        return density / fraction;
    }

    private void Fit()
    {
        _mean = _window.Average();
        _deviation = Math.Sqrt(_window.Sum(v => (v - _mean) * (v - _mean)) / _window.Count);
        if (_deviation == 0) _deviation = 1e-6;
    }
}
