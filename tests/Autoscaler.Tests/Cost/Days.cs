using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Cost;

/// <summary>Applications and days for the cost tests.</summary>
internal static class Days
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    public static ScalingSettings Settings(int min = 1, int max = 20, double target = 50) => new()
    {
        Min = min,
        Max = max,
        Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = target }],
        CpuCores = 1,
        MemoryBytes = 1L << 30,
    };

    public static LoadSecond Second(int at, double requests, int replicas) => new() { At = Start + TimeSpan.FromSeconds(at), Requests = requests, Cores = requests / 100, Bytes = 1e8, Running = replicas, Wanted = replicas, Ready = replicas };

    public static MeasuredMetric[] Reading(double requests, double target = 50) => [new MeasuredMetric(MetricNames.RequestsPerSecond, target, requests, 0, MetricKind.Total)];

    /// <summary>Whole hours from the start on, with so many replicas needed and running.</summary>
    public static IReadOnlyList<HourFigures> Hours(int count, Func<int, double> needed, Func<int, double> running) => [.. Enumerable.Range(0, count).Select(h => new HourFigures
    {
        Hour = Start + TimeSpan.FromHours(h),
        Seconds = 3600,
        NeedKnown = 3600,
        Running = running(h) * 3600,
        RunningThen = running(h) * 3600,
        Wanted = running(h) * 3600,
        Needed = needed(h) * 3600,
        MostNeeded = needed(h),
    })];
}
