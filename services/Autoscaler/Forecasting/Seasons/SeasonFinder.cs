using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Forecasting.Seasons;

/// <summary>
/// Finds up to two seasons. The day and the week are candidates by the clock; any other length is one where the autocorrelation of the
/// detrended series has its highest peak. A candidate needs two whole seasons of history, and an autocorrelation at its lag beyond
/// Bartlett's 90 % limit. Whether a season is then worth using is left to the models' rolling scores. In the first days, when nothing can be
/// shown yet, a day is assumed: demand that comes from people nearly always has one. O(n · longest lag).
/// </summary>
internal static class SeasonFinder
{
    private const int LongestLag = 1500;

    /// <summary>How much higher another length's autocorrelation must be for it to replace the clock's.</summary>
    private const double ClearlyHigher = 0.1;

    /// <summary>With two or three days only, hardly anything is beyond the limit; days this alike are taken for days nevertheless.</summary>
    private const double PlainlyHigh = 0.4;

    /// <summary>In fewer days a daily pattern may not show, and what shows may be chance.</summary>
    private const int FewDays = 7;

    /// <summary>How often another season than the day must have come in few days, to be believed.</summary>
    private const int Repetitions = 4;

    /// <summary>Days of history from which a daily pattern is taken for granted: enough after the first to judge what is near.</summary>
    private const double LeastDays = 1.25;

    private const double NearlyAsHigh = 0.85;

    /// <summary>1.645 standard errors: 90 % of white noise lies within.</summary>
    private const double Limit = 1.645;

    /// <param name="values">Without gaps.</param>
    /// <param name="step">Time between two values.</param>
    public static SeasonPair Find(ReadOnlySpan<double> values, TimeSpan step)
    {
        if (values.Length < 8) return default;
        var rest = Detrended(values);
        var energy = Vectors.Dot(rest, rest);
        // What is left of a constant or a line is rounding.
        if (!(energy > 1e-18 * Vectors.Dot(values, values))) return default;
        var correlations = Correlations(rest, energy, Math.Min(LongestLag, values.Length / 2));
        double At(int lag) => lag < correlations.Length ? correlations[lag] : Vectors.Dot(rest.AsSpan(lag), rest.AsSpan(0, rest.Length - lag)) / energy;

        var (day, week) = (Steps(TimeSpan.FromDays(1), step), Steps(TimeSpan.FromDays(7), step));
        bool Shows(int lag) => lag >= 2 && rest.Length >= 2 * lag && Debiased(At(lag), lag) > LimitAt(lag);
        double Debiased(double correlation, int lag) => correlation * rest.Length / (rest.Length - lag);
        double LimitAt(int lag) => Limit * Math.Sqrt((1 + (2 * SquaresBefore(lag))) / rest.Length);

        double SquaresBefore(int lag)
        {
            var before = correlations.AsSpan(1, Math.Min(lag, correlations.Length) - 1);
            return Vectors.Dot(before, before);
        }

        var dominant = FirstHighPeak(correlations, rest.Length);
        var few = day > 0 && values.Length < FewDays * day;
        if (dominant > 0 && (!Shows(dominant) || (few && dominant * Repetitions > values.Length))) dominant = 0;
        var shorter = Shows(day) || (day > 0 && rest.Length >= 2 * day && Debiased(At(day), day) > PlainlyHigh) ? day : 0;
        if (dominant > 0 && (shorter == 0 || (dominant < shorter && shorter % dominant != 0 && Debiased(At(dominant), dominant) > Debiased(At(shorter), shorter) + ClearlyHigher)))
        {
            shorter = dominant;
        }

        // A week is two days' worth of types: it is kept beside a day even where the day alone explains nearly all.
        var longer = values.Length >= 2 * week && week > shorter && (shorter > 0 || Shows(week)) ? week : 0;
        if (longer == 0 && dominant > shorter) longer = dominant;
        if (shorter == 0) (shorter, longer) = (longer, 0);
        if (shorter == 0 && few && values.Length >= LeastDays * day) return new SeasonPair(day, 0, IsAssumed: true);
        return new SeasonPair(shorter, longer);
    }

    private static int Steps(TimeSpan season, TimeSpan step)
    {
        var steps = season / step;
        return steps is >= 2 and < 1e6 && Math.Abs(steps - Math.Round(steps)) < 1e-9 ? (int)Math.Round(steps) : 0;
    }

    private static double[] Detrended(ReadOnlySpan<double> values)
    {
        var n = values.Length;
        var mean = 0.0;
        foreach (var value in values) mean += value / n;
        var (cross, middle) = (0.0, (n - 1) / 2.0);
        for (var t = 0; t < n; t++) cross += (t - middle) * (values[t] - mean);
        var slope = cross / (n * (((double)n * n) - 1) / 12);
        var rest = new double[n];
        for (var t = 0; t < n; t++) rest[t] = values[t] - mean - (slope * (t - middle));
        return rest;
    }

    private static double[] Correlations(double[] rest, double energy, int longest)
    {
        var correlations = new double[longest + 1];
        for (var lag = 0; lag <= longest; lag++) correlations[lag] = Vectors.Dot(rest.AsSpan(lag), rest.AsSpan(0, rest.Length - lag)) / energy;
        return correlations;
    }

    /// <summary>
    /// The lag of the highest autocorrelation after it has first fallen below zero, or of the first peak nearly as high: whole multiples of
    /// a season are as high as itself but for chance. 0 if there is none.
    /// </summary>
    private static int FirstHighPeak(double[] correlations, int count)
    {
        var lag = 1;
        while (lag < correlations.Length && correlations[lag] > 0) lag++;
        var peaks = new List<(int Lag, double Height)>();
        for (; lag < correlations.Length - 1; lag++)
        {
            if (correlations[lag] > 0 && correlations[lag] >= correlations[lag - 1] && correlations[lag] >= correlations[lag + 1])
            {
                peaks.Add((lag, correlations[lag] * count / (count - lag)));
            }
        }

        if (peaks.Count == 0) return 0;
        var highest = peaks.Max(peak => peak.Height);
        return peaks.First(peak => peak.Height >= NearlyAsHigh * highest).Lag;
    }
}
