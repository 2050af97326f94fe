using Platform.Contracts.Scaling;
using Platform.Workloads.Manifests.Yaml;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>scaling.behavior: { tolerance, syncPeriod, scaleUp, scaleDown }</c>, after the HorizontalPodAutoscaler's.</summary>
internal static class ScalingBehaviorSection
{
    public static ScalingBehavior Read(Section section)
    {
        var defaults = new ScalingBehavior();
        var behavior = new ScalingBehavior
        {
            Tolerance = section.Value("tolerance", defaults.Tolerance, Percentage.Expected + ", below 100%", Percentage.TryParse, share => share < 1),
            SyncPeriod = section.Value("syncPeriod", defaults.SyncPeriod, Duration.Expected + ", from 100ms to 10m", Duration.TryParse,
                Rules.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10))),
            ScaleUp = RulesOf(section.Sub("scaleUp"), defaults.ScaleUp),
            ScaleDown = RulesOf(section.Sub("scaleDown"), defaults.ScaleDown),
        };
        section.Close();
        return behavior;
    }

    private static ScalingRules RulesOf(Section section, ScalingRules defaults)
    {
        var policies = section.List("policies", "a list of { type, value, period }", (node, path) => Policy(section, node, path));
        if (section.Has("policies") && section.Find("policies") is YamlSequence { Items.Count: 0 })
            section.Conflict("policies", "at least one policy", "An empty list of policies allows no change; leave it out for the defaults, or set selectPolicy: Disabled.");
        var rules = new ScalingRules
        {
            StabilizationWindow = section.Value("stabilizationWindow", defaults.StabilizationWindow, Duration.Expected + ", up to 1h", Duration.TryParse,
                Rules.Between(TimeSpan.Zero, TimeSpan.FromHours(1))),
            SelectPolicy = section.Choice("selectPolicy", defaults.SelectPolicy, ["Max", "Min", "Disabled"], []),
            Policies = section.Has("policies") ? policies : defaults.Policies,
        };
        section.Close();
        return rules;
    }

    private static ScalingPolicy Policy(Section list, YamlNode node, string path)
    {
        var section = node is YamlMapping mapping ? new Section(mapping, mapping, path, list.Problems) : new Section(null, node, path, list.Problems);
        foreach (var member in (string[])["type", "value", "period"])
            if (!section.Has(member)) section.Missing(member, "a value; a policy is { type: Percent, value: 100, period: 15s }");
        var policy = new ScalingPolicy
        {
            Type = section.Choice("type", "Replicas", ["Percent", "Replicas"], []),
            Value = section.Value("value", 1, "a whole number from 1 to 1000000", Rules.IsWhole, Rules.Between(1, 1_000_000)),
            Period = section.Value("period", TimeSpan.FromSeconds(15), Duration.Expected + ", from 100ms to 30m", Duration.TryParse,
                Rules.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(30))),
        };
        section.Close();
        return policy;
    }
}
