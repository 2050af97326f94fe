namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>
/// The Mann-Whitney U test of two samples with the confidence interval and the Hodges-Lehmann estimate of how far the first lies above
/// the second: normal approximation with ties and continuity correction, as <c>wilcox.test(x, y, conf.int = TRUE, exact = FALSE)</c>
/// in R (Hollander, Wolfe 1973; Bauer 1972). O((n + m) log(n + m)) per sample, O(n + m) per step of a bisection.
/// </summary>
public static class MannWhitney
{
    private const int Halvings = 60;

    /// <summary>Compares two samples.</summary>
    /// <param name="x">One or more finite values.</param>
    /// <param name="y">One or more finite values; not all of <paramref name="x"/> and <paramref name="y"/> equal.</param>
    /// <param name="confidence">Of the interval, 0 to 1 exclusive.</param>
    /// <returns>Interval and estimate in the unit of the values; the two-sided p-value.</returns>
    public static ShiftEstimate Compare(IReadOnlyList<double> x, IReadOnlyList<double> y, double confidence)
    {
        var (sortedX, sortedY) = (x.Order().ToArray(), y.Order().ToArray());
        var z = -Normal.Quantile((1 - confidence) / 2);
        return new ShiftEstimate(
            Crossing(sortedX, sortedY, z, corrected: true),
            Crossing(sortedX, sortedY, -z, corrected: true),
            Crossing(sortedX, sortedY, 0, corrected: false),
            Math.Min(1, 2 * Normal.Tail(Math.Abs(Score(sortedX, sortedY, 0, corrected: true)))));
    }

    /// <summary>True: the whole interval lies above zero; much cheaper than the interval itself.</summary>
    internal static bool LiesAbove(double[] sortedX, double[] sortedY, double confidence) =>
        Score(sortedX, sortedY, 0, corrected: true) > -Normal.Quantile((1 - confidence) / 2);

    /// <summary>The shift at which the score, which falls with it in steps, crosses a value.</summary>
    private static double Crossing(double[] x, double[] y, double score, bool corrected)
    {
        var (low, high) = (x[0] - y[^1], x[^1] - y[0]);
        if (Score(x, y, low, corrected) <= score) return low;
        if (Score(x, y, high, corrected) >= score) return high;
        // Where the score stays at the value over a whole step (an even number of pairs) the middle of the step is meant.
        return (Edge(strictly: true) + Edge(strictly: false)) / 2;

        double Edge(bool strictly)
        {
            var (above, below) = (low, high);
            for (var i = 0; i < Halvings; i++)
            {
                var middle = (above + below) / 2;
                var value = Score(x, y, middle, corrected);
                if (strictly ? value > score : value >= score) above = middle;
                else below = middle;
            }

            return below;
        }
    }

    /// <summary>The standardised rank sum of x shifted down by <paramref name="shift"/>.</summary>
    private static double Score(double[] x, double[] y, double shift, bool corrected)
    {
        double nx = x.Length, ny = y.Length, n = nx + ny;
        var (i, j, rank, sum, ties) = (0, 0, 0, 0.0, 0.0);
        while (i < x.Length || j < y.Length)
        {
            var value = i < x.Length && (j == y.Length || x[i] - shift < y[j]) ? x[i] - shift : y[j];
            var (fromX, fromY) = (0, 0);
            for (; i < x.Length && x[i] - shift <= value; i++) fromX++;
            for (; j < y.Length && y[j] <= value; j++) fromY++;
            double tied = fromX + fromY;
            sum += fromX * (rank + (tied + 1) / 2);
            ties += tied * (tied * tied - 1);
            rank += fromX + fromY;
        }

        var distance = sum - nx * (nx + 1) / 2 - nx * ny / 2;
        var sigma = Math.Sqrt(nx * ny / 12 * (n + 1 - ties / (n * (n - 1))));
        if (!(sigma > 0)) return 0;
        return (distance - (corrected ? Math.Sign(distance) * 0.5 : 0)) / sigma;
    }
}

/// <summary>How far one sample lies above another.</summary>
/// <param name="Low">Lower end of the confidence interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Estimate">The Hodges-Lehmann estimate: the median of all pairwise differences.</param>
/// <param name="PValue">Two-sided, for "no difference".</param>
public sealed record ShiftEstimate(double Low, double High, double Estimate, double PValue);
