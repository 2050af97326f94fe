namespace Platform.Autoscaler.Forecasting;

/// <summary>The standard normal distribution's quantile function.</summary>
internal static class Normal
{
    /// <summary>
    /// Standard normal score of a probability, to 4.5e-4 from Abramowitz and Stegun 26.2.23, then polished by two Newton steps on the
    /// distribution function, which leaves less than 1e-9 for levels between 1e-6 and 1 - 1e-6.
    /// </summary>
    /// <param name="level">Above 0 and below 1.</param>
    public static double Score(double level)
    {
        if (level == 0.5) return 0;
        var tail = Math.Min(level, 1 - level);
        var t = Math.Sqrt(-2 * Math.Log(tail));
        var score = t - ((2.515517 + (t * (0.802853 + (t * 0.010328)))) / (1 + (t * (1.432788 + (t * (0.189269 + (t * 0.001308)))))));
        for (var i = 0; i < 2; i++)
        {
            var density = Math.Exp(-score * score / 2) / Math.Sqrt(2 * Math.PI);
            if (density < 1e-300) break;
            score += (UpperTail(score) - tail) / density;
        }

        return level < 0.5 ? -score : score;
    }

    public static double[] ScoresOf(ReadOnlySpan<double> levels)
    {
        var scores = new double[levels.Length];
        for (var i = 0; i < levels.Length; i++) scores[i] = Score(levels[i]);
        return scores;
    }

    /// <summary>Probability of exceeding a score of at least 0: series near zero, continued fraction (A&amp;S 26.2.10, 26.2.14) beyond.</summary>
    private static double UpperTail(double score)
    {
        var density = Math.Exp(-score * score / 2) / Math.Sqrt(2 * Math.PI);
        if (score > 3)
        {
            var fraction = score;
            for (var k = 60; k >= 1; k--) fraction = score + (k / fraction);
            return density / fraction;
        }

        // Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/15 + …)
        var (sum, term) = (score, score);
        for (var k = 3; Math.Abs(term) > 1e-17 && k < 200; k += 2)
        {
            term *= score * score / k;
            sum += term;
        }

        return 0.5 - (density * sum);
    }
}
