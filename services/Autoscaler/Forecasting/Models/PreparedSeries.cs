using Platform.Autoscaler.Forecasting.Seasons;

namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>What the models learn from: no gaps, seasons known.</summary>
internal sealed class PreparedSeries
{
    private PreparedSeries(double[] values, bool[] known, SeasonPair seasons)
    {
        Values = values;
        Known = known;
        Seasons = seasons;
        Lowest = values.Min();
        Highest = values.Max();
    }

    /// <summary>Missing values filled in.</summary>
    public double[] Values { get; }

    /// <summary>Which values were measured; models learn no target from the others, and are not judged on them.</summary>
    public bool[] Known { get; }

    public SeasonPair Seasons { get; }

    public double Lowest { get; }

    public double Highest { get; }

    public int Count => Values.Length;

    /// <summary>Prepares a series: finds its seasons, fills its gaps.</summary>
    /// <param name="series">Something must be known.</param>
    public static PreparedSeries Of(TimeSeries series)
    {
        var values = series.Values.ToArray();
        var known = Array.ConvertAll(values, double.IsFinite);
        var complete = Array.TrueForAll(known, k => k);
        if (!complete) Interpolate(values, known);
        var seasons = SeasonFinder.Find(values, series.Step);
        if (!complete && seasons.Short > 0)
        {
            // The lines reach every known extreme and no further: what is filled in must not either.
            var (lowest, highest) = (values.Min(), values.Max());
            FillFromSeasons(values, known, seasons.Short);
            for (var t = 0; t < values.Length; t++) values[t] = Math.Clamp(values[t], lowest, highest);
        }

        return new PreparedSeries(values, known, seasons);
    }

    /// <summary>The same history in another unit.</summary>
    public PreparedSeries Map(Func<double, double> map) => new(Array.ConvertAll(Values, v => map(v)), Known, Seasons);

    /// <summary>A straight line over every gap, the nearest known value at the ends.</summary>
    private static void Interpolate(double[] values, bool[] known)
    {
        var left = -1;
        for (var t = 0; t <= values.Length; t++)
        {
            if (t < values.Length && !known[t]) continue;
            for (var gap = left + 1; gap < t; gap++)
            {
                values[gap] = left < 0 ? values[t]
                    : t == values.Length ? values[left]
                    : values[left] + ((values[t] - values[left]) * (gap - left) / (t - left));
            }

            left = t;
        }
    }

    /// <summary>The line again, through what the same phase of the neighbouring seasons deviates from the mean of its season.</summary>
    private static void FillFromSeasons(double[] values, bool[] known, int season)
    {
        var profile = new double[season];
        var counts = new int[season];
        var overall = values.Average();
        for (var t = 0; t < values.Length; t++)
        {
            if (!known[t]) continue;
            profile[t % season] += values[t] - overall;
            counts[t % season]++;
        }

        for (var i = 0; i < season; i++) profile[i] = counts[i] > 0 ? profile[i] / counts[i] : 0;
        for (var t = 0; t < values.Length; t++) values[t] = known[t] ? values[t] - profile[t % season] : double.NaN;
        Interpolate(values, known);
        for (var t = 0; t < values.Length; t++) values[t] += profile[t % season];
    }
}
