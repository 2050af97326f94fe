using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling.Rules;

/// <summary>The rule sets that can be chosen by name.</summary>
internal static class StandardRules
{
    public static readonly TimeSpan UpCoolDown = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan DownCoolDown = TimeSpan.FromMinutes(10);
    public const int UpStep = 2;
    public const int DownStep = -1;

    /// <summary>
    /// <c>standard</c>: up 2 for cpu above 70 % or memory above 80 % for 2 min, answers slower than 2 s for 5 min, more than 100 waiting for 3 min;
    /// down 1 for cpu below 30 % and memory below 50 % for 10 min and answers under 500 ms and fewer than 10 waiting for 15 min.
    /// </summary>
    public static IReadOnlyList<ScalingRule> Standard { get; } =
    [
        Up(MetricNames.Cpu, 0.7, 2), Up(MetricNames.Memory, 0.8, 2), Up(MetricNames.Latency, 2, 5), Up(Queue, 100, 3),
        Down(MetricNames.Cpu, 0.3, 10), Down(MetricNames.Memory, 0.5, 10), Down(MetricNames.Latency, 0.5, 15), Down(Queue, 10, 15),
    ];

    /// <summary>Requests at the gateway and in flight, unless a metric of the application or a source bears this name.</summary>
    public const string Queue = "queue";

    /// <summary>The rules in force; empty: it scales by targets.</summary>
    public static IReadOnlyList<ScalingRule> Of(ScalingSettings settings) => settings.RuleSet switch
    {
        "standard" => Standard,
        "custom" => settings.Rules,
        _ => [],
    };

    public static ScalingRule Up(string metric, double above, double minutes) =>
        new() { Metric = metric, Above = above, For = TimeSpan.FromMinutes(minutes), Change = UpStep, CoolDown = UpCoolDown };

    public static ScalingRule Down(string metric, double below, double minutes) =>
        new() { Metric = metric, Below = below, For = TimeSpan.FromMinutes(minutes), Change = DownStep, CoolDown = DownCoolDown };
}
