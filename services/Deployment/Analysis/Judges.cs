using Platform.Deployment.Analysis.Kayenta;
using Platform.Deployment.Analysis.Statistical;

namespace Platform.Deployment.Analysis;

/// <summary>Every judge there is, by the name that <c>rollout.analysis.judge</c> gives it.</summary>
public static class Judges
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ICanaryJudge> All { get; } = [new StatisticalJudge(), new KayentaJudge(), new ThresholdJudge()];

    /// <summary>The judge of that name; null: there is none.</summary>
    public static ICanaryJudge? Find(string name) => All.FirstOrDefault(judge => judge.Name == name);

    /// <summary>Replays recorded intervals.</summary>
    /// <returns>The verdict after each of them.</returns>
    public static IEnumerable<Verdict> Replay(ICanaryJudge judge, AnalysisLimits limits, IEnumerable<AnalysisInterval> intervals)
    {
        var trial = judge.Begin(limits);
        foreach (var interval in intervals)
        {
            trial.Add(interval);
            yield return trial.Verdict;
        }
    }
}
