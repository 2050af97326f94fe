using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Scaling;

/// <summary>
/// How many replicas one metric asks for: Kubernetes' replica calculator
/// (<c>pkg/controller/podautoscaler/replica_calculator.go</c>). O(replicas).
/// </summary>
internal static class MetricEstimator
{
    /// <summary>Shares are sums of decimal fractions: without this, 0.7 + 0.7 + 0.7 over 2.1 asks for one replica too many.</summary>
    private const double Rounding = 1e-9;

    /// <param name="input">The decision's input.</param>
    /// <param name="reading">One of its metrics.</param>
    public static MetricEstimate Estimate(ScalingInput input, MetricReading reading)
    {
        if (reading.Unavailable is { } why) return Unknown(reading, why);
        return reading.Kind is MetricKind.Total ? OfTotal(input, reading) : OfReplicas(input, reading);
    }

    /// <summary>A value the replicas share does not care which of them are ready: it is divided by the target alone.</summary>
    private static MetricEstimate OfTotal(ScalingInput input, MetricReading reading)
    {
        if (!double.IsFinite(reading.Total) || reading.Total < 0) return Unknown(reading, $"the value {reading.Total} is not usable");
        var ratio = reading.Total / (reading.Target * input.Current);
        return new MetricEstimate
        {
            Name = reading.Name,
            Target = reading.Target,
            Value = reading.Total / input.Current,
            Ratio = ratio,
            Counted = input.Current,
            Replicas = IsWithinTolerance(ratio, input) ? input.Current : Ceiling(reading.Total / reading.Target),
        };
    }

    private static MetricEstimate OfReplicas(ScalingInput input, MetricReading reading)
    {
        var groups = Group(input, reading);
        if (groups.Measured == 0)
        {
            return Unknown(reading, groups.NotReady > 0 ? "no ready replica has reported it yet" : "no replica reports it") with
            {
                Missing = groups.Missing,
                NotReady = groups.NotReady,
            };
        }

        var average = groups.Sum / groups.Measured;
        var ratio = average / reading.Target;
        var estimate = new MetricEstimate
        {
            Name = reading.Name,
            Target = reading.Target,
            Value = average,
            Ratio = ratio,
            Counted = groups.Measured,
            Missing = groups.Missing,
            NotReady = groups.NotReady,
        };

        var growsWithNotReady = groups.NotReady > 0 && ratio > 1;
        if (!growsWithNotReady && groups.Missing == 0)
        {
            return estimate with { Replicas = IsWithinTolerance(ratio, input) ? input.Current : Ceiling(ratio * groups.Measured) };
        }

        // The unknown ones are assumed to be what makes the change smaller: fully used before shrinking, idle before growing.
        var sum = groups.Sum;
        var counted = groups.Measured + groups.Missing;
        if (ratio < 1) sum += groups.Missing * FullUse(reading);
        if (growsWithNotReady) counted += groups.NotReady;
        var cautious = sum / counted / reading.Target;
        var note = Assumption(groups, ratio, growsWithNotReady);

        var turned = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
        if (IsWithinTolerance(cautious, input) || turned)
        {
            return estimate with { Ratio = cautious, Replicas = input.Current, Note = note };
        }

        var replicas = Ceiling(cautious * counted);
        var wrongWay = (cautious < 1 && replicas > input.Current) || (cautious > 1 && replicas < input.Current);
        return estimate with { Ratio = cautious, Replicas = wrongWay ? input.Current : replicas, Note = note };
    }

    private static (double Sum, int Measured, int Missing, int NotReady) Group(ScalingInput input, MetricReading reading)
    {
        var (sum, measured, missing, notReady) = (0.0, 0, 0, 0);
        foreach (var replica in input.Replicas)
        {
            if (replica.Leaving || (replica.Guest && reading.Name != MetricNames.Cpu)) continue;
            if (replica.ReadyChangedAt is not { } changed) notReady++;
            else if (!reading.Samples.TryGetValue(replica.Id, out var sample) || !double.IsFinite(sample.Value) || sample.Value < 0) missing++;
            else if (reading.Name == MetricNames.Cpu && IsInitialising(input, replica, changed, sample)) notReady++;
            else
            {
                sum += sample.Value;
                measured++;
            }
        }

        return (sum, measured, missing, notReady);
    }

    /// <summary>A replica that starts burns cpu for itself, not for its users: what it measures then must not make more of them.</summary>
    internal static bool IsInitialising(ScalingInput input, ReplicaObservation replica, DateTimeOffset changed, ReplicaSample sample) =>
        replica.StartedAt + input.CpuInitializationPeriod > input.Now
            ? !replica.Ready || sample.At < changed + sample.Window
            : !replica.Ready && replica.StartedAt + input.InitialReadinessDelay > changed;

    /// <summary>What a replica of unknown use is taken to use before shrinking: all it asked for, and never less than the target.</summary>
    private static double FullUse(MetricReading reading) => reading.Kind is MetricKind.Resource ? Math.Max(1, reading.Target) : reading.Target;

    private static bool IsWithinTolerance(double ratio, ScalingInput input) =>
        Math.Abs(1 - ratio) <= input.Settings.Behavior.Tolerance + Rounding;

    private static int Ceiling(double replicas) => (int)Math.Min(Math.Ceiling(replicas - Rounding), int.MaxValue / 2);

    private static string Assumption((double Sum, int Measured, int Missing, int NotReady) groups, double ratio, bool growsWithNotReady)
    {
        List<string> parts = [];
        if (groups.Missing > 0 && ratio < 1) parts.Add($"{groups.Missing} without a value counted as fully used");
        if (groups.Missing > 0 && ratio >= 1) parts.Add($"{groups.Missing} without a value counted as idle");
        if (growsWithNotReady) parts.Add($"{groups.NotReady} not ready counted as idle");
        return string.Join(", ", parts);
    }

    private static MetricEstimate Unknown(MetricReading reading, string why) => new() { Name = reading.Name, Target = reading.Target, Note = why };
}
