namespace Platform.HealthMonitor.Subscriptions;

/// <summary>When to try again: exponential, capped, spread so that many failures do not return together.</summary>
internal static class Backoff
{
    /// <param name="attempt">Failed attempts so far, from 1.</param>
    /// <param name="first">The delay after the first failure.</param>
    /// <param name="longest">The cap.</param>
    /// <param name="random">For the spread.</param>
    /// <returns>Between 80 % and 120 % of <c>min(longest, first × 2^(attempt − 1))</c>.</returns>
    public static TimeSpan After(int attempt, TimeSpan first, TimeSpan longest, Random random)
    {
        var seconds = Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Clamp(attempt - 1, 0, 40)));
        return TimeSpan.FromSeconds(seconds * (0.8 + (0.4 * random.NextDouble())));
    }
}
