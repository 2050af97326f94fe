using Platform.Workloads.Manifests.Yaml;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>The <c>rollout</c> section: members that every strategy has, and those of one strategy only.</summary>
internal static class RolloutSection
{
    private const string ShareExpected = "a number of replicas (0 to 1000) or a percentage such as 25%";

    /// <summary>The strategies that know a member; a member that is not named here belongs to all of them.</summary>
    private static readonly Dictionary<string, string[]> Owners = new(StringComparer.Ordinal)
    {
        ["steps"] = [RolloutStrategies.Canary],
        ["stepDuration"] = [RolloutStrategies.Canary],
        ["sticky"] = [RolloutStrategies.Canary],
        ["mirrorWrites"] = [RolloutStrategies.Canary, RolloutStrategies.BlueGreen],
        ["mirror"] = [RolloutStrategies.BlueGreen],
        ["match"] = [RolloutStrategies.Canary, RolloutStrategies.Experiment, RolloutStrategies.BlueGreen],
        ["experiment"] = [RolloutStrategies.Experiment],
        ["preview"] = [RolloutStrategies.BlueGreen],
        ["autoPromotion"] = [RolloutStrategies.BlueGreen],
        ["prePromotionAnalysis"] = [RolloutStrategies.BlueGreen],
        ["scaleDownDelay"] = [RolloutStrategies.Canary, RolloutStrategies.Experiment, RolloutStrategies.BlueGreen],
    };

    public static RolloutSpec Read(Section section, ManifestDefaults unsaid)
    {
        var defaults = new RolloutSpec();
        var written = (section.Find("strategy") as YamlScalar)?.Text ?? defaults.Strategy;
        var strategy = section.Choice("strategy", defaults.Strategy, RolloutStrategies.All, []);
        var rollout = new RolloutSpec
        {
            Strategy = strategy,
            Steps = CanarySteps.Read(section, defaults.Steps),
            StepDuration = Span(section, "stepDuration", defaults.StepDuration, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            Sticky = Flag(section, "sticky", defaults.Sticky),
            MirrorWrites = Flag(section, "mirrorWrites", defaults.MirrorWrites),
            Match = Match(section.Sub("match")),
            Experiment = Experiment(section.Sub("experiment")),
            Preview = Span(section, "preview", defaults.Preview, TimeSpan.Zero, TimeSpan.FromDays(7)),
            PrePromotionAnalysis = Flag(section, "prePromotionAnalysis", defaults.PrePromotionAnalysis),
            Mirror = section.Value("mirror", defaults.Mirror, CanarySteps.WeightExpected, Rules.IsWhole, Rules.Between(0, 100)),
            AutoPromotion = Flag(section, "autoPromotion", defaults.AutoPromotion),
            ScaleDownDelay = Span(section, "scaleDownDelay", defaults.ScaleDownDelay, TimeSpan.Zero, TimeSpan.FromDays(1)),
            MaxSurge = section.Value("maxSurge", defaults.MaxSurge, ShareExpected, Share),
            MaxUnavailable = section.Value("maxUnavailable", defaults.MaxUnavailable, ShareExpected, Share),
            Watch = Span(section, "watch", defaults.Watch, TimeSpan.Zero, TimeSpan.FromDays(1)),
            Analysis = AnalysisSection.Read(section.Sub("analysis"), strategy, unsaid.Judge),
            Approval = section.Choice("approval", defaults.Approval, ["none", "required"], []),
        };
        foreach (var (member, owners) in Owners)
        {
            if (section.Has(member) && !owners.Contains(written))
                section.Conflict(member, "no such member", $"'{member}' belongs to the strategy {string.Join(" or ", owners)} and would do nothing here; remove it.");
        }

        if (rollout.PrePromotionAnalysis) Analysable(section, rollout);
        if (rollout is { Strategy: RolloutStrategies.BlueGreen, Mirror: > 0, PrePromotionAnalysis: false, AutoPromotion: true } && rollout.Preview <= TimeSpan.Zero)
            section.Conflict("mirror", "prePromotionAnalysis: true or a preview above 0", "Nothing would be copied, for the switch comes at once; add prePromotionAnalysis or preview.");
        AnalysisSection.CheckNames(section, rollout);
        if (strategy == RolloutStrategies.Rolling && IsNothing(rollout.MaxSurge) && IsNothing(rollout.MaxUnavailable))
            section.Conflict("maxUnavailable", "maxSurge or maxUnavailable above 0", "With maxSurge and maxUnavailable both 0 no replica could ever be replaced; raise one of them.");
        section.Close();
        return rollout;
    }

    /// <summary>An analysis before the switch needs a judge, and requests to judge by.</summary>
    private static void Analysable(Section section, RolloutSpec rollout)
    {
        if (rollout.Analysis.Judge == JudgeNames.None)
            section.Conflict("prePromotionAnalysis", "a judge", "With the judge 'none' nothing is analysed; name a judge or remove prePromotionAnalysis.");
        if (rollout.Mirror == 0 && rollout.Analysis is { Synthetic: null, MinRequests: > 0 } && rollout.Match.Headers.Count + rollout.Match.Cookies.Count == 0)
            section.Conflict("prePromotionAnalysis", "mirror, match or analysis.synthetic", "No request would reach the new revision before the switch; add mirror, match or analysis.synthetic.");
    }

    /// <summary><c>25%</c> or <c>2</c>.</summary>
    public static bool Share(string text, out ReplicaShare share)
    {
        share = default;
        if (text.EndsWith('%') && Percentage.TryParse(text, out var percent) && percent <= 1) share = ReplicaShare.OfPercent(percent);
        else if (Rules.IsWhole(text, out var replicas) && replicas <= 1000) share = ReplicaShare.OfReplicas(replicas);
        else return false;
        return true;
    }

    private static TimeSpan Span(Section section, string member, TimeSpan fallback, TimeSpan least, TimeSpan most) => section.Value(
        member, fallback, $"{Duration.Expected}, from {Duration.Format(least)} to {Duration.Format(most)}", Duration.TryParse, Rules.Between(least, most));

    private static bool Flag(Section section, string member, bool fallback) => section.Value(member, fallback, "true or false", bool.TryParse);

    private static MatchSpec Match(Section section)
    {
        var match = new MatchSpec { Headers = Pairs(section.Sub("headers"), IsToken), Cookies = Pairs(section.Sub("cookies"), IsToken) };
        section.Close();
        return match;
    }

    private static SortedDictionary<string, string> Pairs(Section section, Func<string, bool> isName)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in section.Names())
        {
            var value = section.Value(member.Name, "", "a value of 1 to 256 visible characters", Section.Text, v => v.Length is > 0 and <= 256 && v.All(c => c is > ' ' and < '\x7f'));
            if (!isName(member.Name)) section.Conflict(member.Name, "a name of letters, digits and -_.", $"'{member.Name}' cannot be the name of a header or a cookie.");
            pairs[member.Name] = value;
        }

        return pairs;
    }

    private static bool IsToken(string name) => name.Length is > 0 and <= 128 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static ExperimentSpec Experiment(Section section)
    {
        var defaults = new ExperimentSpec();
        var experiment = new ExperimentSpec
        {
            Weight = section.Value("weight", defaults.Weight, "a whole number from 1 to 50, without %", Rules.IsWhole, Rules.Between(1, 50)),
            Replicas = section.Optional<ReplicaShare>("replicas", ShareExpected, Share),
            Duration = Span(section, "duration", defaults.Duration, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        };
        section.Close();
        return experiment;
    }

    private static bool IsNothing(ReplicaShare share) => (share.Replicas ?? 0) == 0 && (share.Share ?? 0) == 0;
}
