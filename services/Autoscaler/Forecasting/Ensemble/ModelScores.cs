using System.Runtime.CompilerServices;
using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Forecasting.Ensemble;

/// <summary>
/// How wrong every model was from every past origin, and the weights that follow, for each distance ahead: one over the mean error to a
/// power, the newer origins counting more. A distance is judged by itself and its neighbours, and partly by all distances together, for
/// one model may know the night and another the noon. The error is the geometric mean of the absolute and the symmetric relative one (the
/// absolute one alone where values are negative), so that neither the peaks nor the troughs alone decide.
/// </summary>
internal sealed class ModelScores
{
    /// <summary>High enough that a model twice as wrong has next to no say, low enough that equals share.</summary>
    private const double Power = 4;

    /// <summary>What an origin counts relative to the next newer one.</summary>
    private const double Discount = 0.95;

    /// <summary>How much the near distances say against all together.</summary>
    private const double Near = 0.7;

    private readonly double[][][] _absolute;
    private readonly double[][][] _relative;
    private readonly RollingOrigins _origins;
    private readonly double[]? _beyond;
    private readonly bool _hasRelative;
    private readonly double _exact;
    private readonly int _reach;

    /// <param name="history">What followed the origins.</param>
    /// <param name="origins">The origins.</param>
    /// <param name="paths">Per model a path per origin.</param>
    /// <param name="far">Which models alone have a say beyond the judged distances; null: as at the last judged one.</param>
    public ModelScores(PreparedSeries history, RollingOrigins origins, double[][][] paths, bool[]? far = null)
    {
        _origins = origins;
        _beyond = far is null ? null : Array.ConvertAll(far, hasSay => hasSay ? 1.0 / far.Count(say => say) : 0);
        _hasRelative = history.Lowest >= 0;
        _reach = Math.Max(1, origins.Judged / 16);
        _absolute = Array.ConvertAll(paths, model => Errors(history, model, relative: false));
        _relative = Array.ConvertAll(paths, model => Errors(history, model, relative: true));

        // A model without any error must not take all weight from another that has as little.
        _exact = (1e-9 * Math.Max(Math.Abs(history.Lowest), Math.Abs(history.Highest))) + double.Epsilon;
    }

    /// <summary>The models' weights now, by distance and model; they sum to 1 at each distance. Beyond them the last counts.</summary>
    public double[][] Weights() => Weights(-1);

    /// <summary>The weights without the origins whose judged steps overlap those of one: what they would be if those were not known.</summary>
    /// <param name="origin">Index of the past origin.</param>
    public double[][] WeightsWithout(int origin) => Weights(origin);

    /// <summary>A model's mean absolute error, the newer origins counting more; not a number without past origins.</summary>
    public double RecentError(int model)
    {
        var (sum, weights) = (0.0, 0.0);
        for (var k = 0; k < _origins.Past; k++)
        {
            foreach (var error in _absolute[model][k])
            {
                if (double.IsNaN(error)) continue;
                sum += WeightOf(k) * error;
                weights += WeightOf(k);
            }
        }

        return weights > 0 ? sum / weights : double.NaN;
    }

    private double[][] Weights(int without)
    {
        // Little history judges by chance: it may prefer one model to another by less.
        var power = Power * _origins.Stretches / (_origins.Stretches + 1);
        var errors = Array.ConvertAll(Enumerable.Range(0, _absolute.Length).ToArray(), m => ByDistance(m, without));
        if (without >= 0 && errors.Any(e => e.Length == 0)) return Weights(-1);
        var weights = new double[Math.Max(1, _origins.Judged)][];
        for (var h = 0; h < weights.Length; h++)
        {
            weights[h] = new double[errors.Length];
            var least = errors.Min(e => e.Length == 0 ? 0 : e[h]) + _exact;
            var sum = 0.0;
            for (var m = 0; m < errors.Length; m++) sum += weights[h][m] = errors[m].Length == 0 ? 1 : Math.Pow(least / (errors[m][h] + _exact), power);
            for (var m = 0; m < errors.Length; m++) weights[h][m] /= sum;
        }

        return _beyond is null ? weights : [.. weights.Take(_origins.Judged), _beyond];
    }

    /// <summary>A model's error at each distance; empty if there is nothing to judge it by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double[] ByDistance(int model, int without)
    {
        var (absolute, relative, weights) = (new double[_origins.Judged], new double[_origins.Judged], new double[_origins.Judged]);
        var (allAbsolute, allRelative, all) = (0.0, 0.0, 0.0);
        for (var k = 0; k < _origins.Past; k++)
        {
            if (without >= 0 && Math.Abs(_origins.Counts[k] - _origins.Counts[without]) < _origins.Judged) continue;
            var weight = WeightOf(k);
            for (var h = 0; h < _absolute[model][k].Length; h++)
            {
                if (double.IsNaN(_absolute[model][k][h])) continue;
                absolute[h] += weight * _absolute[model][k][h];
                relative[h] += weight * _relative[model][k][h];
                weights[h] += weight;
            }
        }

        for (var h = 0; h < weights.Length; h++) (allAbsolute, allRelative, all) = (allAbsolute + absolute[h], allRelative + relative[h], all + weights[h]);
        if (all == 0) return [];
        var overall = Error(allAbsolute, allRelative, all);
        var errors = new double[_origins.Judged];
        for (var h = 0; h < errors.Length; h++)
        {
            var (nearAbsolute, nearRelative, near) = (0.0, 0.0, 0.0);
            for (var j = Math.Max(0, h - _reach); j <= Math.Min(errors.Length - 1, h + _reach); j++)
            {
                var share = 1 - (Math.Abs(j - h) / (_reach + 1.0));
                nearAbsolute += share * absolute[j];
                nearRelative += share * relative[j];
                near += share * weights[j];
            }

            errors[h] = near > 0 ? (Near * Error(nearAbsolute, nearRelative, near)) + ((1 - Near) * overall) : overall;
        }

        return errors;
    }

    private double Error(double absolute, double relative, double weight) =>
        _hasRelative ? Math.Sqrt(absolute / weight * relative / weight) : absolute / weight;

    /// <summary>An origin so near that only part of its steps have come to pass counts by that part.</summary>
    private double WeightOf(int origin) => Math.Pow(Discount, _origins.Past - 1 - origin) * _origins.Steps(origin) / _origins.Judged;

    private double[][] Errors(PreparedSeries history, double[][] paths, bool relative)
    {
        var errors = new double[_origins.Past][];
        for (var k = 0; k < errors.Length; k++)
        {
            errors[k] = new double[paths[k].Length];
            for (var h = 0; h < errors[k].Length; h++)
            {
                var t = _origins.Counts[k] + h;
                var error = Math.Abs(history.Values[t] - paths[k][h]);
                if (relative && error > 0) error /= (Math.Abs(history.Values[t]) + Math.Abs(paths[k][h])) / 2;
                errors[k][h] = history.Known[t] ? error : double.NaN;
            }
        }

        return errors;
    }
}
