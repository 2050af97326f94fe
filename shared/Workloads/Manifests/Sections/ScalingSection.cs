using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Workloads.Manifests.Yaml;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>scaling: { min, max, automatic, mode, serviceLevel, latencyTarget, predictionWeight, zeroAfter, ruleSet, rules, schedules, metrics: [ { name, target, prometheus | rabbitmq, … } ], behavior }</c></summary>
internal static class ScalingSection
{
    private const int MostReplicas = 1_000;

    /// <summary>No number that a manifest may give: it says nothing, or something that cannot be read.</summary>
    private const int Unsaid = -1;

    public static ScalingSettings Read(Section section, ResourceSpec resources, ManifestDefaults defaults)
    {
        var saidMin = section.Value("min", Unsaid, "a whole number from 0 to 1000", Rules.IsWhole, Rules.Between(0, MostReplicas));
        var saidMax = section.Value("max", Unsaid, "a whole number from 1 to 1000", Rules.IsWhole, Rules.Between(1, MostReplicas));
        // Who says one of them is not contradicted by the other's default.
        var min = saidMin != Unsaid ? saidMin : saidMax != Unsaid ? Math.Min(defaults.MinReplicas, saidMax) : defaults.MinReplicas;
        var max = saidMax != Unsaid ? saidMax : Math.Max(defaults.MaxReplicas, min);
        var automatic = section.Value("automatic", defaults.Autoscaling, "true or false", bool.TryParse);
        if (min > max)
            section.Conflict("max", $"at least scaling.min, {min}", $"scaling.min is {min} and scaling.max is {max}; max must be at least min.");
        var metrics = section.List("metrics", "a list of { name, target }, perhaps with a source", (node, path) => Metric(section, node, path, resources));
        foreach (var repeated in metrics.Where(m => m.Name.Length > 0).GroupBy(m => m.Name).Where(g => g.Count() > 1))
            section.Conflict("metrics", "each metric once", $"The metric '{ProblemList.Shorten(repeated.Key)}' stands {repeated.Count()} times; keep one.");
        var said = new ScalingSettings();
        var schedules = ScheduleSection.Read(section, min, max);
        var zeroAfter = section.Optional<TimeSpan>("zeroAfter", Duration.Expected + ", from 1s to 7d", Duration.TryParse, Rules.Between(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)));
        if (zeroAfter is not null && min > 0)
            section.Conflict("zeroAfter", "scaling.min to be 0", $"scaling.zeroAfter takes it to 0 replicas, and scaling.min is {min}; set min: 0, or leave zeroAfter out.");
        var rules = ScalingRuleSection.Read(section, resources);
        var ruleSet = section.Choice("ruleSet", rules.Count > 0 ? "custom" : said.RuleSet, ["none", "standard", "custom"], []);
        if (ruleSet == "custom" && !section.Has("rules"))
            section.Conflict("ruleSet", "none or standard, or scaling.rules beside it", "'custom' stands for the rules of scaling.rules, and there are none.");
        if (ruleSet != "custom" && rules.Count > 0)
            section.Conflict("ruleSet", "custom, because there are rules", $"scaling.rules stands beside ruleSet: {ruleSet}; remove one of the two.");
        if (ruleSet != "none" && metrics.Any(m => m.Source is null))
            section.Conflict("ruleSet", "none, or no scaling.metrics but those with a source", "Rules stand instead of scaling.metrics; keep one of the two. (A metric with a source may stay: a rule of its name goes by it.)");
        if (metrics.Count(m => m.Source is not null) is var asked && asked > ExternalMetrics.Most)
            section.Conflict("metrics", $"at most {ExternalMetrics.Most} metrics with a source", $"{asked} metrics have a source; at most {ExternalMetrics.Most} are asked for.");
        var settings = new ScalingSettings
        {
            Min = min,
            Max = max,
            Automatic = automatic,
            Metrics = automatic ? metrics : [],
            CpuCores = resources.Cpu,
            MemoryBytes = resources.MemoryBytes,
            Mode = Enum.Parse<ScalingMode>(section.Choice("mode", "reactive", ["reactive", "predictive", "hybrid", "recommend"], []), ignoreCase: true),
            ServiceLevel = section.Value("serviceLevel", said.ServiceLevel, Percentage.Expected + ", above 50% and below 100%", Percentage.TryParse, share => share is > 0.5 and < 1),
            LatencyTarget = section.Optional<TimeSpan>("latencyTarget", Duration.Expected + ", from 1ms to 1m", Duration.TryParse, Rules.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1))),
            ZeroAfter = zeroAfter,
            PredictionWeight = section.Optional<double>("predictionWeight", "a number from 0 to 1, or a percentage", Percentage.TryParse, share => share <= 1),
            RuleSet = automatic ? ruleSet : "none",
            Rules = automatic ? rules : [],
            Schedules = automatic ? schedules : [],
            Behavior = ScalingBehaviorSection.Read(section.Sub("behavior")),
        };
        section.Close();
        return settings;
    }

    private static MetricTarget Metric(Section list, YamlNode node, string path, ResourceSpec resources)
    {
        if (node is not YamlMapping mapping)
        {
            list.Parsed<string>(node, path, "", "a section { name, target }", Never, null);
            return new MetricTarget { Name = "", Target = 1 };
        }

        var section = new Section(mapping, mapping, path, list.Problems);
        var name = section.Required("name", "cpu, memory, requestsPerSecond, the name of a scraped metric, or one of your own beside a source", Rules.IsMetricName);
        var isShare = name is "cpu" or "memory";
        if (!section.Has("target")) section.Missing("target", isShare ? Percentage.Expected : "a number above 0");
        var target = isShare
            ? section.Value("target", 1.0, Percentage.Expected + ", above 0 and up to 100%", Percentage.TryParse, share => share is > 0 and <= 1)
            : section.Value("target", 1.0, "a number above 0 in the metric's own unit", Number, value => value > 0);
        if (name == "memory" && resources.MemoryBytes is null)
            section.Conflict("name", "resources.memory to be set", "A memory target is a share of resources.memory, which is not set; set it.");
        var read = ExternalMetrics.Read(section, new MetricTarget { Name = name, Target = target });
        if (read.Source is not null && MetricNames.All.Contains(name))
            section.Conflict("name", "a name of your own", $"'{name}' is what the platform measures itself; call the source's metric something else.");
        section.Close();
        return read;
    }

    private static bool Number(string text, out double value) => PlainNumber.TryParse(text, out value);

    private static bool Never(string text, out string value)
    {
        value = "";
        return false;
    }
}
