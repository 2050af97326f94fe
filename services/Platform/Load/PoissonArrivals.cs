namespace Platform.CommandLine.Load;

/// <summary>
/// Intended send times of an open-loop load: a Poisson process whose rate is piecewise constant, made exactly by stretching a
/// unit-rate process with the inverse of the cumulative rate (Çinlar, <i>Introduction to Stochastic Processes</i>, 1975, ch. 4.7).
/// </summary>
internal static class PoissonArrivals
{
    /// <summary>Send times from the run's start, ascending. The same seed gives the same times. O(1) each.</summary>
    public static IEnumerable<TimeSpan> Over(RateProfile profile, int seed)
    {
        var random = new Random(seed);
        var slotSeconds = profile.Slot.TotalSeconds;
        var (slot, slotStart) = (0, 0.0);
        var (cumulated, wanted) = (0.0, 0.0);
        while (true)
        {
            wanted += -Math.Log(1 - random.NextDouble());
            while (slot < profile.Rates.Count && cumulated + profile.Rates[slot] * slotSeconds < wanted)
            {
                cumulated += profile.Rates[slot] * slotSeconds;
                slot++;
                slotStart = slot * slotSeconds;
            }

            if (slot >= profile.Rates.Count) yield break;
            yield return TimeSpan.FromSeconds(slotStart + (wanted - cumulated) / profile.Rates[slot]);
        }
    }
}
