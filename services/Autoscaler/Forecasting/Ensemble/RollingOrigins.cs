namespace Platform.Autoscaler.Forecasting.Ensemble;

/// <summary>
/// The moments in the past from which the models forecast again, to be judged on what followed. Ascending; the last but one is so near that only
/// half of its steps have come to pass (what has changed lately shows there first), the last one is now.
/// <code>
/// |---------- enough to learn ----------|---- horizon ----|
///                                       |-gap-|---- horizon ----|
///                                             |-gap-|---- horizon ----|
///                                                           |- half --|  now |---- forecast ----|
/// </code>
/// </summary>
internal readonly record struct RollingOrigins
{
    /// <summary>More do not change the weights any more, fewer leave them to chance.</summary>
    private const int Fewest = 12;

    /// <summary>Short horizons need more origins for as many errors; this bounds what a forecast costs.</summary>
    private const int Most = 32;

    private const int ErrorsWanted = 256;

    /// <summary>The counts of values before each origin.</summary>
    public int[] Counts { get; private init; }

    /// <summary>Over how many steps the past forecasts are judged: the horizon, or what a short history allows.</summary>
    public int Judged { get; private init; }

    /// <summary>How many past origins there are; none where the history is too short to be split.</summary>
    public int Past => Counts.Length - 1;

    /// <summary>What the past origins are worth in whole horizons, at least 1: those that are judged on the first part of it only say less of the rest.</summary>
    public double Stretches { get; private init; }

    /// <summary>How many steps after a past origin are judged.</summary>
    public int Steps(int origin) => Math.Min(Judged, Counts[^1] - Counts[origin]);

    /// <param name="count">Values in the history.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <param name="needed">What the models need before the first origin.</param>
    public static RollingOrigins Of(int count, int horizon, int needed)
    {
        var first = Math.Max(Math.Max(needed, count / 2), 2);
        // With little history the horizon is judged in part: at least three origins, a third of a judged stretch apart.
        var judged = Math.Clamp((count - first) * 3 / 5, 0, horizon);
        if (judged == 0) return new RollingOrigins { Counts = [count], Judged = 0, Stretches = 1 };
        var gap = Math.Max(1, judged / 2);
        var wanted = Math.Clamp(ErrorsWanted / judged, Fewest, Most);
        var past = Math.Min(wanted, ((count - first - judged) / gap) + 1);
        int[] whole = [.. Enumerable.Range(0, past).Select(k => count - judged - (gap * (past - 1 - k)))];
        int[] counts = judged >= 2 ? [.. whole, count - (judged / 2), count] : [.. whole, count];
        return new RollingOrigins { Counts = counts, Judged = judged, Stretches = Math.Max(1, (counts.Length - 1) * (double)judged / horizon) };
    }
}
