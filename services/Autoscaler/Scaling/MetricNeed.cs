namespace Platform.Autoscaler.Scaling;

/// <summary>What one metric asks for, in numbers alone.</summary>
/// <param name="Replicas">Replicas it asks for; null: it cannot say.</param>
/// <param name="Value">Average per counted replica; null: not known.</param>
/// <param name="Ratio"><paramref name="Value"/> ÷ the target as it was used: with missing and not-ready replicas filled in.</param>
/// <param name="Groups">The replicas it was measured of.</param>
/// <param name="IsFilled">Replicas of unknown use were assumed to use something.</param>
internal readonly record struct MetricNeed(int? Replicas, double? Value, double? Ratio, ReplicaGroups Groups, bool IsFilled = false);

/// <summary>Replicas by what is known of them.</summary>
/// <param name="Sum">What the measured ones use.</param>
/// <param name="Measured">Replicas that had a usable value.</param>
/// <param name="Missing">Replicas without a value.</param>
/// <param name="NotReady">Replicas that are not ready yet (for cpu: or still initialising).</param>
internal readonly record struct ReplicaGroups(double Sum, int Measured, int Missing, int NotReady);
