namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    /// <summary>Chance of a value above <paramref name="z"/>, 0 or more; relative error below 1.2e-7 (Numerical Recipes, erfc by Chebyshev fit).</summary>
    public static double Tail(double z)
    {
        var x = z / Math.Sqrt(2);
        var t = 1 / (1 + 0.5 * x);
        ReadOnlySpan<double> c =
        [
            -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
        ];
        var polynomial = 0.0;
        for (var i = c.Length - 1; i >= 0; i--) polynomial = polynomial * t + c[i];
        return 0.5 * t * Math.Exp(-x * x + polynomial);
    }

    /// <summary>The value below which a share <paramref name="p"/> lies, 0 to 0.5: by bisection of the tail.</summary>
    public static double Quantile(double p)
    {
        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Tail(middle) > p) low = middle;
            else high = middle;
        }

        return -high;
    }
}
