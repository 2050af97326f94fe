using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Scaling;

/// <summary>Short ways to write a decision's input.</summary>
internal static class Inputs
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Old, ready replicas with these cpu shares; NaN: the replica reports nothing.</summary>
    public static ScalingInput Cpu(int current, double target, params double[] shares) => Of(current, [Reading("cpu", MetricKind.Resource, target, shares)], shares.Length);

    public static ScalingInput Of(int current, IReadOnlyList<MetricReading> metrics, int replicas) => new()
    {
        Now = Now,
        Current = current,
        Settings = Settings(),
        Replicas = [.. Enumerable.Range(0, replicas).Select(Old)],
        Metrics = metrics,
        History = ScalingHistory.Empty,
    };

    public static MetricReading Reading(string name, MetricKind kind, double target, params double[] values) => new()
    {
        Name = name,
        Kind = kind,
        Target = target,
        Samples = values.Select((value, i) => (value, i)).Where(v => !double.IsNaN(v.value))
            .ToDictionary(v => $"r{v.i}", v => new ReplicaSample(v.value, Now, TimeSpan.FromSeconds(15))),
    };

    public static MetricReading Total(double value, double target) => new() { Name = "requestsPerSecond", Kind = MetricKind.Total, Target = target, Total = value };

    public static MetricReading Unavailable(string name) => new() { Name = name, Kind = MetricKind.Resource, Target = 0.5, Unavailable = "nothing was measured" };

    /// <summary>1 to 100 replicas, no windows and no policies: the bare formula.</summary>
    public static ScalingSettings Settings() => new()
    {
        Min = 1,
        Max = 100,
        Behavior = new ScalingBehavior { ScaleUp = new ScalingRules(), ScaleDown = new ScalingRules() },
    };

    public static ReplicaObservation Old(int i) => new($"r{i}", Now - TimeSpan.FromHours(1), Ready: true, Now - TimeSpan.FromHours(1));

    public static ReplicaObservation Starting(int i) => new($"r{i}", Now - TimeSpan.FromSeconds(5), Ready: false, null);

    public static ScalingInput With(this ScalingInput input, Func<ScalingSettings, ScalingSettings> settings) => input with { Settings = settings(input.Settings) };

    public static ScalingInput WithBehavior(this ScalingInput input, Func<ScalingBehavior, ScalingBehavior> behavior) =>
        input.With(settings => settings with { Behavior = behavior(settings.Behavior) });
}
