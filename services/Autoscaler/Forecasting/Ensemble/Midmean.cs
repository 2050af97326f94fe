using System.Runtime.CompilerServices;

namespace Platform.Autoscaler.Forecasting.Ensemble;

/// <summary>
/// The weighted mean of the middle half of some values: what lies in the outer quarters of the weight, on either side, does not count. As
/// good as the mean where models agree, and unmoved by the one that has gone astray.
/// </summary>
internal static class Midmean
{
    private const double Outer = 0.25;

    /// <param name="values">Reordered.</param>
    /// <param name="weights">One per value, summing to 1.</param>
    /// <param name="order">Which weight belongs to a value; reordered with them, filled here.</param>
    /// <param name="shares">Each value's share in the result is added to it, by the weights' order; may be empty.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Of(Span<double> values, ReadOnlySpan<double> weights, Span<int> order, Span<double> shares)
    {
        for (var i = 0; i < order.Length; i++) order[i] = i;
        values.Sort(order);
        var (below, sum) = (0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var above = below + weights[order[i]];
            var inside = Math.Max(0, Math.Min(above, 1 - Outer) - Math.Max(below, Outer)) / (1 - (2 * Outer));
            sum += inside * values[i];
            if (shares.Length > 0) shares[order[i]] += inside;
            below = above;
        }

        return sum;
    }
}
