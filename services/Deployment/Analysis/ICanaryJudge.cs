using Platform.Deployment.Analysis.Added;

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

/// <summary>A trial that can be written down and gone on with by another process.</summary>
internal interface IKeptTrial
{
    /// <summary>Notes everything that it remembers, or reads it back.</summary>
    void Keep(TrialNotes notes);
}

/// <summary>One rollout before the judge. Not safe for concurrent use.</summary>
public interface ICanaryTrial
{
    /// <summary>The verdict on everything added so far, with its evidence: written when it is asked for.</summary>
    Verdict Verdict { get; }

    /// <summary>Adds the next interval; returns the outcome after it. A trial that has failed stays failed.</summary>
    VerdictOutcome Add(AnalysisInterval interval);

    /// <summary>Adds the next reading of an added metric (<see cref="AnalysisLimits.Metrics"/>); returns the outcome after it.</summary>
    VerdictOutcome Add(MetricReading reading);
}
