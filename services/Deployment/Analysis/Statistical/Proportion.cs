namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// A confidence sequence for a share: an interval that covers it at <i>all</i> times at once with the given confidence. The beta-binomial
/// mixture (Robbins 1970; Howard, Ramdas, McAuliffe, Sekhon 2021): for the true p, B(x + ½, n − x + ½) ÷ (B(½, ½) pˣ(1 − p)ⁿ⁻ˣ)
/// is a martingale that starts at 1, so the set of p where it has not reached 1/α is never left by the truth but with chance α.
/// </summary>
internal static class Proportion
{
    private const double Prior = 0.5;
    private static readonly double LogPrior = LogBeta(Prior, Prior);

    /// <summary>Where the share lies.</summary>
    /// <param name="bad">0 to <paramref name="requests"/>.</param>
    /// <param name="requests">0 or more; 0: anywhere.</param>
    /// <param name="alpha">Chance that it is ever left, 0 to 1 exclusive.</param>
    public static (double Low, double High) Interval(double bad, double requests, double alpha)
    {
        if (requests <= 0) return (0, 1);
        var share = bad / requests;
        var bound = LogBeta(bad + Prior, requests - bad + Prior) - LogPrior + Math.Log(alpha);
        return (bad <= 0 ? 0 : Root(0, share), bad >= requests ? 1 : Root(1, share));

        // Between an end, which is out, and the share itself, which is in.
        double Root(double outside, double inside)
        {
            for (var i = 0; i < 50; i++)
            {
                var middle = (outside + inside) / 2;
                var likelihood = Times(bad, Math.Log(middle)) + Times(requests - bad, Math.Log(1 - middle));
                if (likelihood < bound) outside = middle;
                else inside = middle;
            }

            return outside;
        }
    }

    private static double Times(double count, double log) => count <= 0 ? 0 : count * log;

    private static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>Stirling's series above 8, the recurrence below; relative error under 1e-12 for a &gt; 0.</summary>
    private static double LogGamma(double a)
    {
        var shift = 0.0;
        for (; a < 8; a++) shift -= Math.Log(a);
        var square = 1 / (a * a);
        var series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188)))) / a;
        return shift + (a - 0.5) * Math.Log(a) - a + 0.9189385332046727 + series;
    }
}
