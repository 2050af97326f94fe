using System.Globalization;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>An entry of <c>scaling.rules</c>: <c>{ metric, above | below, for, change, coolDown }</c>.</summary>
internal static class ScalingRuleSection
{
    private const int Most = 50, LargestStep = 100;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static IReadOnlyList<ScalingRule> Read(Section scaling, ResourceSpec resources)
    {
        var rules = scaling.List("rules", "a list of { metric, above or below, for, change, coolDown }", (node, path) => Rule(scaling, node, path, resources));
        if (rules.Count > Most) scaling.Conflict("rules", $"at most {Most}", $"There are {rules.Count} rules; at most {Most} are kept.");
        return rules;
    }

    private static ScalingRule Rule(Section list, YamlNode node, string path, ResourceSpec resources)
    {
        const string Shape = "a section { metric, above or below, for, change, coolDown }";
        if (node is not YamlMapping mapping)
        {
            list.Problems.Add(node, path, Shape, node.Describe(), $"Expected {Shape}, found {node.Describe()}.");
            return new ScalingRule { Metric = "", For = default, Change = 1, CoolDown = default };
        }

        var section = new Section(mapping, mapping, path, list.Problems);
        var metric = section.Required("metric", "cpu, memory, latency, queue, requestsPerSecond, the name of a scraped metric or of one with a source", Rules.IsMetricName);
        foreach (var (member, what) in (ReadOnlySpan<(string, string)>)[("for", "how long it has to hold, such as 2m"), ("change", "replicas to add, or below 0 to take away"), ("coolDown", "how long to wait after a step, such as 5m")])
        {
            if (!section.Has(member)) section.Missing(member, what);
        }

        var (above, below) = (Threshold(section, "above", metric), Threshold(section, "below", metric));
        if (section.Has("above") && section.Has("below")) section.Conflict("below", "either above or below", "It has both above and below; make two rules of it.");
        if (!section.Has("above") && !section.Has("below")) section.Problems.Add(section.At, path, "either above or below", "neither", "It says neither above nor below what.");
        if (metric == MetricNames.Memory && resources.MemoryBytes is null)
            section.Conflict("metric", "resources.memory to be set", "A rule for memory goes by the share of resources.memory, which is not set; set it.");
        var rule = new ScalingRule
        {
            Metric = metric,
            Above = above,
            Below = above is null ? below : null,
            For = Span(section, "for"),
            Change = section.Value("change", 1, $"a whole number from -{LargestStep} to {LargestStep}, not 0", Step, change => change is not 0 and >= -LargestStep and <= LargestStep),
            CoolDown = Span(section, "coolDown"),
        };
        section.Close();
        return rule;
    }

    /// <summary>Shares as percentages, latencies as durations, all else in its own unit.</summary>
    private static double? Threshold(Section section, string member, string metric) => metric switch
    {
        MetricNames.Cpu or MetricNames.Memory => section.Optional<double>(member, Percentage.Expected + ", up to 10000%", Percentage.TryParse, share => share <= 100),
        MetricNames.Latency => section.Optional<TimeSpan>(member, Duration.Expected, Duration.TryParse) is { } span ? span.TotalSeconds : null,
        _ => section.Optional<double>(member, "a number, 0 or more, in the metric's own unit", (string text, out double value) => PlainNumber.TryParse(text, out value), value => value < 1e15),
    };

    /// <summary>As it is read.</summary>
    public static string Written(ScalingRule rule)
    {
        var threshold = rule.Above ?? rule.Below ?? 0;
        return rule.Metric switch
        {
            MetricNames.Cpu or MetricNames.Memory => Percentage.Format(threshold),
            MetricNames.Latency => Duration.Format(TimeSpan.FromSeconds(threshold)),
            _ => PlainNumber.Format(threshold),
        };
    }

    private static TimeSpan Span(Section section, string member) =>
        section.Value(member, TimeSpan.Zero, Duration.Expected + ", up to 24h", Duration.TryParse, Rules.Between(TimeSpan.Zero, Longest));

    private static bool Step(string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
