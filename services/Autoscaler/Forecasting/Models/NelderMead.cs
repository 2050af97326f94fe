namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>
/// Minimises a function of a few variables without derivatives (Nelder and Mead 1965; reflection 1, expansion 2, contraction and
/// shrinkage one half).
/// </summary>
internal static class NelderMead
{
    /// <param name="function">What is to become small; may be infinite, not NaN.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="size">Edge of the first simplex.</param>
    /// <param name="evaluations">After how many evaluations to stop, about.</param>
    /// <param name="tolerance">Stop when the simplex's values differ by less.</param>
    /// <returns>The best point found.</returns>
    public static double[] Minimise(Func<double[], double> function, double[] start, double size, int evaluations, double tolerance)
    {
        var n = start.Length;
        var points = new double[n + 1][];
        var values = new double[n + 1];
        for (var i = 0; i <= n; i++)
        {
            points[i] = (double[])start.Clone();
            if (i > 0) points[i][i - 1] += size;
            values[i] = function(points[i]);
        }

        var spent = n + 1;
        var centre = new double[n];
        while (spent < evaluations)
        {
            Array.Sort(values, points);
            if (values[n] - values[0] < tolerance) break;
            Array.Clear(centre);
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++) centre[j] += points[i][j] / n;
            }

            var (reflected, at) = Try(-1);
            if (at < values[0])
            {
                var (expanded, beyond) = Try(-2);
                if (beyond < at) Replace(expanded, beyond);
                else Replace(reflected, at);
            }
            else if (at < values[n - 1])
            {
                Replace(reflected, at);
            }
            else
            {
                var (contracted, inside) = Try(at < values[n] ? -0.5 : 0.5);
                if (inside < Math.Min(at, values[n])) Replace(contracted, inside);
                else Shrink();
            }
        }

        Array.Sort(values, points);
        return points[0];

        (double[] Point, double Value) Try(double factor)
        {
            var point = new double[n];
            for (var j = 0; j < n; j++) point[j] = centre[j] + (factor * (points[n][j] - centre[j]));
            spent++;
            return (point, function(point));
        }

        void Replace(double[] point, double value) => (points[n], values[n]) = (point, value);

        void Shrink()
        {
            for (var i = 1; i <= n; i++)
            {
                for (var j = 0; j < n; j++) points[i][j] = (points[0][j] + points[i][j]) / 2;
                values[i] = function(points[i]);
                spent++;
            }
        }
    }
}
