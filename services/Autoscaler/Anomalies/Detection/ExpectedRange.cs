namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>Where a value was to be expected.</summary>
/// <param name="Low">Its least.</param>
/// <param name="Middle">Its usual.</param>
/// <param name="High">Its largest.</param>
internal readonly record struct ExpectedRange(double Low, double Middle, double High);
