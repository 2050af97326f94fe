using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>The <c>rollout.analysis</c> section, and the steps that name its metrics.</summary>
internal static class AnalysisSection
{
    private const string NamesExpected = "a list of names of rollout.analysis.metrics";

    /// <summary>Groups that the platform's own metrics count in.</summary>
    private static readonly string[] OwnGroups = ["errors", "latency"];

    public static AnalysisSpec Read(Section section, string strategy, string? judge)
    {
        var sideBySide = strategy is RolloutStrategies.Canary or RolloutStrategies.Experiment;
        var defaults = new AnalysisSpec { Judge = judge ?? (sideBySide ? JudgeNames.Statistical : JudgeNames.Threshold) };
        var named = section.Choice("judge", defaults.Judge, [JudgeNames.Statistical, JudgeNames.Kayenta, JudgeNames.Threshold, JudgeNames.None], []);
        var metrics = AnalysisMetrics.Read(section, named);
        var analysis = new AnalysisSpec
        {
            ErrorRate = section.Value("errorRate", defaults.ErrorRate, Percentage.Expected + ", above 0 and up to 100%", Percentage.TryParse, share => share is > 0 and <= 1),
            P95 = section.Optional<TimeSpan>("p95", Duration.Expected + ", from 1ms to 1h", Duration.TryParse, Rules.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))),
            Judge = named,
            MinRequests = metrics.Count > 0
                ? section.Value("minRequests", defaults.MinRequests, "a whole number from 0 to 1000000", Rules.IsWhole, Rules.Between(0, 1_000_000))
                : section.Value("minRequests", defaults.MinRequests, "a whole number from 1 to 1000000", Rules.IsWhole, Rules.Between(1, 1_000_000)),
            Metrics = metrics,
            GroupWeights = GroupWeights(section.Sub("groupWeights"), metrics),
            Synthetic = section.Has("synthetic") ? Synthetic(section.Sub("synthetic")) : null,
        };
        if (named != JudgeNames.Kayenta && section.Has("groupWeights"))
            section.Conflict("groupWeights", $"judge: {JudgeNames.Kayenta}", $"'groupWeights' belongs to the judge {JudgeNames.Kayenta} and would do nothing here; remove it.");
        if (analysis.GroupWeights.Values.Sum() > 100 + 1e-9)
            section.Conflict("groupWeights", "weights that are together at most 100", $"The weights of the groups are together {PlainNumber.Format(analysis.GroupWeights.Values.Sum())}; a score has 100 to give.");
        if (named == JudgeNames.None && metrics.Count > 0)
            section.Conflict("metrics", "no such member", "With the judge none nobody looks at metrics; remove them, or choose a judge.");
        section.Close();
        return analysis;
    }

    /// <summary>A member that lists metrics by name.</summary>
    public static IReadOnlyList<string> Names(Section section, string member) =>
        [.. section.List(member, NamesExpected, (node, path) => section.Parsed(node, path, "", "the name of one of rollout.analysis.metrics", Section.Text, AnalysisMetrics.IsName)).Where(name => name.Length > 0).Distinct()];

    /// <summary>Whether all that is named is there.</summary>
    public static void CheckNames(Section section, RolloutSpec rollout)
    {
        var known = rollout.Analysis.Metrics.Select(m => m.Name).ToList();
        foreach (var name in rollout.Steps.SelectMany(s => s.Analysis).Distinct().Where(name => !known.Contains(name)))
            section.Conflict("steps", NamesExpected, $"'{name}' is not a metric of rollout.analysis.metrics; {(known.Count == 0 ? "it has none" : "it has " + string.Join(", ", known))}.");
    }

    private static SortedDictionary<string, double> GroupWeights(Section section, IReadOnlyList<AnalysisMetricSpec> metrics)
    {
        var weights = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var groups = metrics.Select(m => m.Group ?? m.Name).Concat(OwnGroups).Distinct().ToList();
        foreach (var member in section.Names())
        {
            weights[member.Name] = section.Value<double>(member.Name, 0, "a number from 0 to 100", AnalysisMetrics.IsNumber, weight => weight is >= 0 and <= 100);
            if (!groups.Contains(member.Name)) section.Conflict(member.Name, "one of " + string.Join(", ", groups), $"No metric counts in the group '{ProblemList.Shorten(member.Name)}'; there are {string.Join(", ", groups)}.");
        }

        return weights;
    }

    private static SyntheticSpec Synthetic(Section section)
    {
        var synthetic = new SyntheticSpec
        {
            Path = section.Required("path", "a URL path such as /health", Rules.IsUrlPath),
            Rate = section.Value("rate", 10, "requests a second, a whole number from 1 to 1000", Rules.IsWhole, Rules.Between(1, 1_000)),
        };
        section.Close();
        return synthetic;
    }
}
