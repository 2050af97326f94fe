using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Forecasting.Ensemble;

/// <summary>
/// How wrong every model was from every past origin, and the weights that follow: one over the mean error to a power, the newer origins
/// counting more. The error is the geometric mean of the absolute and the symmetric relative one (the absolute one alone where values are
/// negative), so that neither the peaks nor the troughs alone decide.
/// </summary>
internal sealed class ModelScores
{
    /// <summary>High enough that a model twice as wrong has next to no say, low enough that equals share.</summary>
    private const double Power = 5;

    /// <summary>What an origin counts relative to the next newer one.</summary>
    private const double Discount = 0.9;

    private readonly double[][] _scores;
    private readonly double[][] _absolute;
    private readonly RollingOrigins _origins;
    private readonly double _exact;

    /// <param name="history">What followed the origins.</param>
    /// <param name="origins">The origins.</param>
    /// <param name="paths">Per model a path per origin.</param>
    public ModelScores(PreparedSeries history, RollingOrigins origins, double[][][] paths)
    {
        _origins = origins;
        _absolute = Table(paths.Length, origins.Past);
        _scores = Table(paths.Length, origins.Past);
        for (var m = 0; m < paths.Length; m++)
        {
            for (var k = 0; k < origins.Past; k++) (_absolute[m][k], _scores[m][k]) = Errors(history, origins.Counts[k], paths[m][k].AsSpan(0, origins.Judged));
        }

        // A model without any error must not take all weight from another that has as little.
        _exact = 1e-9 * Math.Max(Math.Abs(history.Lowest), Math.Abs(history.Highest)) + double.Epsilon;
    }

    /// <summary>The models' weights now; they sum to 1.</summary>
    public double[] Weights() => Weights(static (_, _) => true);

    /// <summary>The weights without what overlaps the judged steps of a past origin: what they would be if those were not known.</summary>
    /// <param name="origin">Index of the past origin.</param>
    public double[] WeightsWithout(int origin) =>
        Weights((counts, k) => Math.Abs(counts[k] - counts[origin]) >= _origins.Judged);

    /// <summary>A model's mean absolute error, the newer origins counting more; not a number without past origins.</summary>
    public double RecentError(int model) => Mean(_absolute[model], static (_, _) => true);

    private double[] Weights(Func<int[], int, bool> counts)
    {
        var weights = new double[_scores.Length];
        var errors = Array.ConvertAll(_scores, scores => Mean(scores, counts));
        if (errors.Any(double.IsNaN)) errors = Array.ConvertAll(_scores, scores => Mean(scores, static (_, _) => true));
        var least = errors.Min() + _exact;
        for (var m = 0; m < weights.Length; m++) weights[m] = double.IsNaN(least) ? 1 : Math.Pow(least / (errors[m] + _exact), Power);
        var sum = weights.Sum();
        for (var m = 0; m < weights.Length; m++) weights[m] /= sum;
        return weights;
    }

    private double Mean(double[] values, Func<int[], int, bool> counts)
    {
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        for (var k = values.Length - 1; k >= 0; k--)
        {
            if (counts(_origins.Counts, k) && double.IsFinite(values[k]))
            {
                sum += weight * values[k];
                weights += weight;
            }

            weight *= Discount;
        }

        return weights > 0 ? sum / weights : double.NaN;
    }

    /// <summary>Mean absolute error and score of a path; not numbers where nothing is known of what followed.</summary>
    private static (double Absolute, double Score) Errors(PreparedSeries history, int origin, ReadOnlySpan<double> path)
    {
        var (absolute, relative, known) = (0.0, 0.0, 0);
        for (var h = 0; h < path.Length; h++)
        {
            if (!history.Known[origin + h]) continue;
            var actual = history.Values[origin + h];
            var error = Math.Abs(actual - path[h]);
            absolute += error;
            if (error > 0) relative += 2 * error / (Math.Abs(actual) + Math.Abs(path[h]));
            known++;
        }

        if (known == 0) return (double.NaN, double.NaN);
        return (absolute / known, history.Lowest < 0 ? absolute / known : Math.Sqrt(absolute / known * relative / known));
    }

    private static double[][] Table(int rows, int columns)
    {
        var table = new double[rows][];
        for (var i = 0; i < rows; i++) table[i] = new double[columns];
        return table;
    }
}
