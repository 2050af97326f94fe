namespace Platform.Metrics;

/// <summary>A mergeable distribution of latencies in seconds.</summary>
public sealed class LatencyHistogram;
