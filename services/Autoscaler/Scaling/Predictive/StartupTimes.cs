namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// How long replicas take from being asked for until they serve: a high quantile of the last ones, since a decision that counts on the usual
/// time is late for every unusual one. Pure and bounded.
/// </summary>
internal sealed class StartupTimes
{
    private const int Kept = 32;
    private const double Level = 0.9;
    private readonly Queue<TimeSpan> _recent = new();

    /// <param name="assumed">What is assumed until one was seen.</param>
    public StartupTimes(TimeSpan assumed) => Assumed = assumed;

    /// <summary>What is assumed until one was seen.</summary>
    public TimeSpan Assumed { get; }

    /// <summary>How many are remembered.</summary>
    public int Observed => _recent.Count;

    /// <summary>What to count on: the 0.9 quantile of the last 32.</summary>
    public TimeSpan Expected
    {
        get
        {
            if (_recent.Count == 0) return Assumed;
            var sorted = _recent.Order().ToArray();
            return sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(Level * sorted.Length) - 1)];
        }
    }

    /// <summary>A replica served this long after it was asked for; negative ones and those above an hour are ignored.</summary>
    public void Add(TimeSpan taken)
    {
        if (taken < TimeSpan.Zero || taken > TimeSpan.FromHours(1)) return;
        _recent.Enqueue(taken);
        if (_recent.Count > Kept) _recent.Dequeue();
    }
}
