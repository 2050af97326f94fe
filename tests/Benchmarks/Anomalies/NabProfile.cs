namespace Platform.Benchmarks.Anomalies;

/// <summary>What hits, misses and false alarms weigh to someone.</summary>
/// <param name="Name">As the profiles file names it.</param>
/// <param name="Hit">The most a window found is worth.</param>
/// <param name="Miss">What a window missed costs.</param>
/// <param name="FalseAlarm">The most a point alarmed outside every window costs.</param>
internal sealed record NabProfile(string Name, double Hit, double Miss, double FalseAlarm);
