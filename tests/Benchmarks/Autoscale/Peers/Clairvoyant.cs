namespace Platform.Benchmarks.Autoscale.Peers;

/// <summary>What needs the whole trace: the static peak, and the cheapest supply that meets all demand if a replica stays for some minutes once it is there.</summary>
internal static class Clairvoyant
{
    public static Run StaticPeak(DemandTrace trace, World world) => Of("static-peak", "1", trace, _ => world.Most);

    /// <param name="trace">All of it.</param>
    /// <param name="world">Capacity.</param>
    /// <param name="hold">Minutes that what was needed stays.</param>
    public static Run Hindsight(DemandTrace trace, World world, int hold) => Of("hindsight", $"{hold}", trace, minute =>
    {
        var most = 1;
        for (var t = Math.Max(0, minute - hold + 1); t <= minute; t++)
        {
            if (double.IsFinite(trace.Requests[t])) most = Math.Max(most, world.Demand(trace.Requests[t]));
        }

        return most;
    });

    private static Run Of(string name, string parameter, DemandTrace trace, Func<int, int> supply)
    {
        var ready = Enumerable.Range(0, trace.Requests.Length).Select(supply).ToArray();
        return new Run(name, parameter, ready, [.. ready.Skip(1), ready[^1]]);
    }
}
