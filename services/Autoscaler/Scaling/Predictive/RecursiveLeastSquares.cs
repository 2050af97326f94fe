namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// A linear regression that is corrected by one observation at a time and forgets old ones exponentially (recursive least squares;
/// Haykin, "Adaptive Filter Theory", ch. 10), with a ridge that never fades: forgetting stops in directions that nothing excites.
/// O(n²) per observation, n²/2 numbers of memory.
/// </summary>
internal sealed class RecursiveLeastSquares
{
    private readonly int _n;
    private readonly double _keep;
    private readonly double _mostVariance;
    private readonly double[] _weights;
    private readonly double[] _covariance; // symmetric, all n × n kept: the inner loop stays straight
    private readonly double[] _gain;

    /// <param name="dimensions">Length of the inputs.</param>
    /// <param name="memory">Observations after which one counts 1/e.</param>
    /// <param name="priorVariance">How far a weight may lie from 0 before anything is seen.</param>
    public RecursiveLeastSquares(int dimensions, double memory, double priorVariance)
    {
        _n = dimensions;
        _keep = 1 - (1 / memory);
        _mostVariance = priorVariance;
        _weights = new double[dimensions];
        _gain = new double[dimensions];
        _covariance = new double[dimensions * dimensions];
        for (var i = 0; i < dimensions; i++) _covariance[(i * dimensions) + i] = priorVariance;
    }

    public Span<double> Weights => _weights;

    public double Predict(ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        for (var i = 0; i < _n; i++) sum += _weights[i] * x[i];
        return sum;
    }

    /// <param name="x">Input.</param>
    /// <param name="error">What was observed minus <see cref="Predict"/>; limited by the caller if outliers must not count fully.</param>
    /// <param name="weight">How much this observation counts, 1 for an ordinary one.</param>
    public void Learn(ReadOnlySpan<double> x, double error, double weight)
    {
        var denominator = _keep / weight;
        for (var i = 0; i < _n; i++)
        {
            var sum = 0.0;
            var row = _covariance.AsSpan(i * _n, _n);
            for (var j = 0; j < row.Length; j++) sum += row[j] * x[j];
            _gain[i] = sum;
            denominator += x[i] * sum;
        }

        var trace = 0.0;
        for (var i = 0; i < _n; i++)
        {
            var scaled = _gain[i] / denominator;
            _weights[i] += scaled * error;
            var row = _covariance.AsSpan(i * _n, _n);
            for (var j = 0; j < row.Length; j++) row[j] -= scaled * _gain[j];
            trace = Math.Max(trace, row[i]);
        }

        if (trace < _keep * _mostVariance) for (var i = 0; i < _covariance.Length; i++) _covariance[i] /= _keep;
    }
}
