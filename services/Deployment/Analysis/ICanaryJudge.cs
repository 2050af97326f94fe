namespace Platform.Deployment.Analysis;

/// <summary>
/// A way to judge a new revision. Pure: no clock, no randomness, no input but the intervals; the same intervals give the same verdicts,
/// live or replayed.
/// </summary>
public interface ICanaryJudge
{
    /// <summary>What <c>rollout.analysis.judge</c> calls it.</summary>
    string Name { get; }

    /// <summary>Begins a trial. Intervals from before the canary serves may be added first: they say what the baseline is like.</summary>
    /// <param name="limits">What is too bad.</param>
    ICanaryTrial Begin(AnalysisLimits limits);
}

/// <summary>One rollout before the judge. Not safe for concurrent use.</summary>
public interface ICanaryTrial
{
    /// <summary>The verdict on everything added so far, with its evidence: written when it is asked for.</summary>
    Verdict Verdict { get; }

    /// <summary>Adds the next interval; returns the outcome after it. A trial that has failed stays failed.</summary>
    VerdictOutcome Add(AnalysisInterval interval);
}
