using Platform.Deployment.Analysis.Added;

namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// Judges by sequential tests that may be looked at after every interval: a canary within every tolerance of
/// <see cref="AnalysisLimits"/> is aborted with a chance of at most <see cref="AnalysisLimits.FalseAborts"/>, over the whole rollout and
/// all metrics. See docs/judge.md for what is tested and assumed, and <see cref="EvidenceProcess"/>, <see cref="BlockBet"/> for the
/// papers. O(1) time and memory per interval.
/// </summary>
public sealed class StatisticalJudge : ICanaryJudge
{
    /// <inheritdoc />
    public string Name => "statistical";

    /// <inheritdoc />
    public ICanaryTrial Begin(AnalysisLimits limits) => MeasuredTrial.Of(new StatisticalTrial(limits), limits);
}
