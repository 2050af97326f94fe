using Platform.Deployment.Analysis.Added;

namespace Platform.Deployment.Analysis;

/// <summary>What is too bad: the limits of <c>rollout.analysis</c>, and how sure a judge must be. Shares and rates are 0 to 1.</summary>
public sealed record AnalysisLimits
{
    /// <summary>The declared budget: the share of rollouts that may be aborted wrongly.</summary>
    public const double WrongAborts = 0.01;

    /// <summary>Largest share of failed requests.</summary>
    public required double ErrorRate { get; init; }
    /// <summary>Largest 95th percentile; null: only compared with the old revision.</summary>
    public TimeSpan? P95 { get; init; }
    /// <summary>Requests of the canary needed before it can pass.</summary>
    public required long MinRequests { get; init; }

    /// <summary>What it is judged by beside its requests; empty by default.</summary>
    public IReadOnlyList<AddedMetric> Metrics { get; init; } = [];
    /// <summary>Kayenta's judge: weights of the groups, together at most 100; groups not named share what is left. Empty (default): all alike.</summary>
    public IReadOnlyDictionary<string, double> GroupWeights { get; init; } = new Dictionary<string, double>();

    /// <summary>Threshold judge: the 95th percentile may be this many times the old revision's. 2 by default: below that, noise of a small machine decides.</summary>
    public double P95Ratio { get; init; } = 2;
    /// <summary>Threshold judge: a slower 95th percentile counts only beyond this difference: twice ten milliseconds is nobody's regression.</summary>
    public TimeSpan P95Slack { get; init; } = TimeSpan.FromMilliseconds(100);
    /// <summary>Threshold judge: the error rate may exceed the old revision's by this share.</summary>
    public double ErrorRateSlack { get; init; } = 0.02;

    /// <summary>Statistical judge: the largest chance that a canary within every tolerance is aborted, over the whole rollout. 1 % by default.</summary>
    public double FalseAborts { get; init; } = WrongAborts;
    /// <summary>Statistical judge: the error rate may be this many times the old revision's (1.1), plus <see cref="ErrorTolerance"/>.</summary>
    public double ErrorRatio { get; init; } = 1.1;
    /// <summary>Statistical judge: and this share above it (0.0002): one failure more in five thousand is nobody's regression.</summary>
    public double ErrorTolerance { get; init; } = 0.0002;
    /// <summary>Statistical judge: latencies may be slower by this share (0.05) …</summary>
    public double LatencyTolerance { get; init; } = 0.05;
    /// <summary>Statistical judge: … and by no less than this (2 ms).</summary>
    public TimeSpan LatencySlack { get; init; } = TimeSpan.FromMilliseconds(2);
    /// <summary>
    /// Requests of a canary younger than this (15 s) do not count for latency: caches and compilers are cold. After it the statistical
    /// judge still allows for a warm-up that fades: twice as slow at first, the allowance halving every third of this span.
    /// </summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>Statistical judge: how long the rollout is expected to take (30 min): over this it divides its attention to regressions that start late.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromMinutes(30);
}
