using System.Runtime.CompilerServices;

namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>
/// Weighted least squares with a normal prior on each coefficient: minimises Σ w (y − x·b)² + Σ penalty (b − prior)². Rows are added one
/// by one in O(p²), a solution costs O(p³/6) by Cholesky's decomposition.
/// </summary>
internal sealed class RidgeSystem(int size)
{
    private readonly double[] _products = new double[size * size];
    private readonly double[] _targets = new double[size];
    private readonly double[] _factor = new double[size * size];

    /// <summary>The sum of the weights so far.</summary>
    public double Weight { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<double> row, double target, double weight)
    {
        Weight += weight;
        for (var i = 0; i < size; i++)
        {
            if (row[i] == 0) continue;
            Vectors.AddScaled(row[..(i + 1)], weight * row[i], _products.AsSpan(i * size, i + 1));
            _targets[i] += weight * row[i] * target;
        }
    }

    /// <param name="penalties">Strength of each coefficient's prior, relative to the weight of all rows together.</param>
    /// <param name="priors">Where each coefficient is drawn to.</param>
    /// <param name="solution">Filled with the coefficients.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve(ReadOnlySpan<double> penalties, ReadOnlySpan<double> priors, Span<double> solution)
    {
        for (var i = 0; i < size; i++)
        {
            var row = _factor.AsSpan(i * size, size);
            for (var j = 0; j < i; j++)
            {
                var other = _factor.AsSpan(j * size, size);
                row[j] = (_products[(i * size) + j] - Vectors.Dot(row[..j], other[..j])) / other[j];
            }

            var pivot = _products[(i * size) + i] + (penalties[i] * Weight) - Vectors.Dot(row[..i], row[..i]);
            row[i] = Math.Sqrt(Math.Max(pivot, 1e-12 * Math.Max(1, Weight)));
            var target = _targets[i] + (penalties[i] * Weight * priors[i]);
            solution[i] = (target - Vectors.Dot(row[..i], solution[..i])) / row[i];
        }

        for (var i = size - 1; i >= 0; i--)
        {
            var value = solution[i] / _factor[(i * size) + i];
            solution[i] = value;
            // Column i of the factor is row i of its transpose: take this coefficient out of the equations above.
            for (var k = 0; k < i; k++) solution[k] -= _factor[(i * size) + k] * value;
        }
    }
}
