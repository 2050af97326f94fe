using Platform.Workloads.Manifests.Yaml;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>rollout: { strategy, steps, stepDuration, maxSurge, maxUnavailable, watch, analysis, approval }</c></summary>
internal static class RolloutSection
{
    private const string ShareExpected = "a number of replicas (0 to 1000) or a percentage such as 25%";

    public static RolloutSpec Read(Section section)
    {
        var defaults = new RolloutSpec();
        var written = (section.Find("strategy") as YamlScalar)?.Text;
        var strategy = section.Choice("strategy", defaults.Strategy, [RolloutStrategies.Rolling, RolloutStrategies.BlueGreen], ["canary"]);
        var rollout = new RolloutSpec
        {
            Strategy = strategy,
            Steps = Steps(section),
            StepDuration = section.Value("stepDuration", defaults.StepDuration, Duration.Expected + ", from 1s to 7d", Duration.TryParse,
                Rules.Between(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7))),
            MaxSurge = section.Value("maxSurge", defaults.MaxSurge, ShareExpected, Share),
            MaxUnavailable = section.Value("maxUnavailable", defaults.MaxUnavailable, ShareExpected, Share),
            Watch = section.Value("watch", defaults.Watch, Duration.Expected + ", up to 1d", Duration.TryParse, Rules.Between(TimeSpan.Zero, TimeSpan.FromDays(1))),
            Analysis = Analysis(section.Sub("analysis")),
            Approval = section.Choice("approval", defaults.Approval, ["none", "required"], []),
        };
        if (written != "canary")
        {
            foreach (var member in (string[])["steps", "stepDuration"])
                if (section.Has(member)) section.Conflict(member, "no such member", $"'{member}' belongs to the strategy canary and would do nothing here; remove it.");
        }

        if (strategy == RolloutStrategies.Rolling && IsNothing(rollout.MaxSurge) && IsNothing(rollout.MaxUnavailable))
            section.Conflict("maxUnavailable", "maxSurge or maxUnavailable above 0", "With maxSurge and maxUnavailable both 0 no replica could ever be replaced; raise one of them.");
        section.Close();
        return rollout;
    }

    private static IReadOnlyList<int> Steps(Section section)
    {
        const string expected = "ascending weights in percent that end at 100, such as [1, 10, 50, 100]";
        var steps = section.List("steps", expected, (node, path) => section.Parsed(node, path, 0, "a whole number from 1 to 100, without %", Rules.IsWhole, Rules.Between(1, 100)));
        if (section.Find("steps") is not YamlSequence || steps.Contains(0)) return steps;
        if (steps.Count is 0 or > 100 || steps[^1] != 100 || steps.Zip(steps.Skip(1)).Any(pair => pair.First >= pair.Second))
            section.Conflict("steps", expected, $"Expected {expected}.");
        return steps;
    }

    private static AnalysisSpec Analysis(Section section)
    {
        var defaults = new AnalysisSpec();
        var analysis = new AnalysisSpec
        {
            ErrorRate = section.Value("errorRate", defaults.ErrorRate, Percentage.Expected + ", above 0 and up to 100%", Percentage.TryParse, share => share is > 0 and <= 1),
            P95 = section.Optional<TimeSpan>("p95", Duration.Expected + ", from 1ms to 1h", Duration.TryParse, Rules.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))),
            Judge = section.Choice("judge", defaults.Judge, ["threshold"], ["statistical"]),
            MinRequests = section.Value("minRequests", defaults.MinRequests, "a whole number from 1 to 1000000", Rules.IsWhole, Rules.Between(1, 1_000_000)),
        };
        section.Close();
        return analysis;
    }

    private static bool IsNothing(ReplicaShare share) => (share.Replicas ?? 0) == 0 && (share.Share ?? 0) == 0;

    private static bool Share(string text, out ReplicaShare share)
    {
        share = default;
        if (text.EndsWith('%') && Percentage.TryParse(text, out var percent) && percent <= 1) share = ReplicaShare.OfPercent(percent);
        else if (Rules.IsWhole(text, out var replicas) && replicas <= 1000) share = ReplicaShare.OfReplicas(replicas);
        else return false;
        return true;
    }
}
