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
    public static MetricEstimate Estimate(ScalingInput input, MetricReading reading) => Estimate(reading, Need(input, reading));

    /// <summary>The same in numbers alone.</summary>
    public static MetricNeed Need(ScalingInput input, MetricReading reading)
    {
        if (reading.Unavailable is not null) return default;
        var tolerance = input.Settings.Behavior.Tolerance;
        return reading.Kind is MetricKind.Total
            ? OfTotal(reading.Total, reading.Target, input.Current, tolerance)
            : OfReplicas(Group(input, reading), reading.Kind, reading.Target, input.Current, tolerance);
    }

    /// <summary>The numbers with words.</summary>
    public static MetricEstimate Estimate(MetricReading reading, in MetricNeed need) => new()
    {
        Name = reading.Name,
        Target = reading.Target,
        Value = need.Value,
        Ratio = need.Ratio,
        Counted = need.Groups.Measured,
        Missing = need.Groups.Missing,
        NotReady = need.Groups.NotReady,
        Replicas = need.Replicas,
        Note = need.Replicas is null ? WhyUnknown(reading, need.Groups) : need.IsFilled ? Assumption(need.Groups, need.Value!.Value / reading.Target) : null,
    };

    /// <summary>A value the replicas share does not care which of them are ready: it is divided by the target alone.</summary>
    public static MetricNeed OfTotal(double total, double target, int current, double tolerance)
    {
        if (!double.IsFinite(total) || total < 0) return default;
        var ratio = total / (target * current);
        return new MetricNeed(IsWithin(tolerance, ratio) ? current : Ceiling(total / target), total / current, ratio, new ReplicaGroups(0, current, 0, 0));
    }

    /// <summary>Replicas with a value of their own.</summary>
    public static MetricNeed OfReplicas(in ReplicaGroups groups, MetricKind kind, double target, int current, double tolerance)
    {
        if (groups.Measured == 0) return new MetricNeed(null, null, null, groups);
        var average = groups.Sum / groups.Measured;
        var ratio = average / target;
        var growsWithNotReady = groups.NotReady > 0 && ratio > 1;
        if (!growsWithNotReady && groups.Missing == 0)
        {
            return new MetricNeed(IsWithin(tolerance, ratio) ? current : Ceiling(ratio * groups.Measured), average, ratio, groups);
        }

        // The unknown ones are assumed to be what makes the change smaller: fully used before shrinking, idle before growing.
        var sum = groups.Sum;
        var counted = groups.Measured + groups.Missing;
        if (ratio < 1) sum += groups.Missing * FullUse(kind, target);
        if (growsWithNotReady) counted += groups.NotReady;
        var cautious = sum / counted / target;

        var turned = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
        if (IsWithin(tolerance, cautious) || turned) return new MetricNeed(current, average, cautious, groups, IsFilled: true);

        var replicas = Ceiling(cautious * counted);
        var wrongWay = (cautious < 1 && replicas > current) || (cautious > 1 && replicas < current);
        return new MetricNeed(wrongWay ? current : replicas, average, cautious, groups, IsFilled: true);
    }

    /// <summary>A replica that starts burns cpu for itself, not for its users: what it measures then must not make more of them.</summary>
    internal static bool IsInitialising(ScalingInput input, ReplicaObservation replica, DateTimeOffset changed, ReplicaSample sample) =>
        replica.StartedAt + input.CpuInitializationPeriod > input.Now
            ? !replica.Ready || sample.At < changed + sample.Window
            : !replica.Ready && replica.StartedAt + input.InitialReadinessDelay > changed;

    private static ReplicaGroups Group(ScalingInput input, MetricReading reading)
    {
        var (sum, measured, missing, notReady) = (0.0, 0, 0, 0);
        for (var i = 0; i < input.Replicas.Count; i++)
        {
            var replica = input.Replicas[i];
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

        return new ReplicaGroups(sum, measured, missing, notReady);
    }

    /// <summary>What a replica of unknown use is taken to use before shrinking: all it asked for, and never less than the target.</summary>
    private static double FullUse(MetricKind kind, double target) => kind is MetricKind.Resource ? Math.Max(1, target) : target;

    private static bool IsWithin(double tolerance, double ratio) => Math.Abs(1 - ratio) <= tolerance + Rounding;

    private static int Ceiling(double replicas) => (int)Math.Min(Math.Ceiling(replicas - Rounding), int.MaxValue / 2);

    private static string WhyUnknown(MetricReading reading, in ReplicaGroups groups) =>
        reading.Unavailable is { } why ? why
        : reading.Kind is MetricKind.Total ? $"the value {reading.Total} is not usable"
        : groups.NotReady > 0 ? "no ready replica has reported it yet"
        : "no replica reports it";

    private static string Assumption(in ReplicaGroups groups, double ratio)
    {
        List<string> parts = [];
        if (groups.Missing > 0 && ratio < 1) parts.Add($"{groups.Missing} without a value counted as fully used");
        if (groups.Missing > 0 && ratio >= 1) parts.Add($"{groups.Missing} without a value counted as idle");
        if (groups.NotReady > 0 && ratio > 1) parts.Add($"{groups.NotReady} not ready counted as idle");
        return string.Join(", ", parts);
    }
}
